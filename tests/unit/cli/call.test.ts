import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { call, type CallOptions } from "../../../cli/commands/call";
import * as logs from "../../../cli/engine/log";
import * as platformOf from "../../../cli/platform/outputs";
import * as vms from "../../../cli/platform/vm";
import { Failure } from "../../../cli/result";
import type { PlatformOutputs } from "../../../contract";
import type { CallJob, CallReport } from "../../../phone/call";
import * as programs from "../../../process/program";
import { platform } from "./outputs";

jest.mock("../../../cli/engine/log");
jest.mock("../../../cli/platform/outputs");
jest.mock("../../../cli/platform/vm");
jest.mock("../../../process/program");

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-call-"));
const log = path.join(dir, "call.log");
afterAll(() => fs.rmSync(dir, { recursive: true }));

/** What RTPEngine of a media server has counted: packets in the kernel, in userspace, and sessions that are up. */
const totals = (kernel: number, userspace: number, sessions: number): string =>
    [
        "Statistics over currently running sessions:",
        ` Owned sessions :${sessions}`,
        "Total statistics (does not include current running sessions):",
        ` Total relayed packets (userspace) :${userspace}`,
        ` Total relayed packets (kernel) :${kernel}`,
    ].join("\n");

const side = { sent: 250, received: 249, lost: 1, jitterMs: 1.5, mos: 4.4 };
const answered: CallReport = {
    answered: true,
    transport: "tls",
    srtp: true,
    codec: "PCMA",
    setupMs: 384,
    seconds: 5.2,
    rtp: { a: { ...side, heardHz: 880 }, b: { ...side, mos: 4.3, heardHz: 440 } },
    addresses: ["10.64.0.10", "10.64.0.20", "192.0.2.7"],
    log: "said by the phones",
};

let report: CallReport;
/** When the call is over. */
let over: Promise<void>;
let job: CallJob;
/** Answers of the media servers, by turns; the last one stays. */
let counters: Record<string, string[]>;
/** Channels of pbx-1, by turns. */
let channels: string[];
const channelOf = (from: string) => `PJSIP/sip-1-00000001!from-proxy!*43!2!Up!Echo!!${from}!!3!12!!pbx-1-1795370442.1`;

beforeEach(() => {
    jest.clearAllMocks();
    report = answered;
    counters = { "media-1": [totals(100, 10, 0), totals(1100, 13, 0)], "media-2": [totals(7, 1, 0), totals(7, 1, 0)] };
    jest.mocked(platformOf.platformOutputs).mockResolvedValue(platform);
    jest.mocked(logs.newLog).mockReturnValue(log);
    channels = [channelOf("1001")];
    over = Promise.resolve();
    jest.mocked(vms.onVm).mockImplementation(async (_stack, _outputs, host) => {
        if (host === "pbx-1") {
            const next = channels.shift();
            if (next === undefined) throw new Error("pbx-1 can't be reached");
            return next;
        }
        const answers = counters[host];
        return answers.length > 1 ? answers.shift()! : answers[0];
    });
    jest.mocked(programs.runProgram).mockImplementation(async (_file, given) => {
        job = given as CallJob;
        await over;
        return report;
    });
});

const options: CallOptions = { stack: "dev", from: "1001", to: "1002", seconds: 5 };
const made = (more: Partial<CallOptions> = {}) => call({ ...options, ...more });
const failed = async (more: Partial<CallOptions> = {}): Promise<Failure> => {
    const error: unknown = await made(more).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Failure);
    return error as Failure;
};
const without = (change: Partial<PlatformOutputs>) =>
    jest.mocked(platformOf.platformOutputs).mockResolvedValue({ ...platform, ...change });

describe("the PBX of a call", () => {
    it("is asked for until one has the call of the caller", async () => {
        channels = ["", channelOf("1003"), channelOf("1001")];
        let end = (): void => undefined;
        over = new Promise((resolve) => (end = resolve));
        jest.mocked(vms.onVm).mockImplementation(async (_stack, _outputs, host) => {
            if (host !== "pbx-1") return counters[host].length > 1 ? counters[host].shift()! : counters[host][0];
            const next = channels.shift()!;
            if (channels.length === 0) end();
            return next;
        });
        expect((await made()).facts.path).toEqual(["sip-1", "media-1", "pbx-1", "192.0.2.7"]);
        expect(channels).toEqual([]);
    });

    it("is not part of the path if none had it before the end, or none can be reached", async () => {
        for (channels of [[channelOf("1003")], []]) {
            counters = { "media-1": [totals(100, 10, 0)], "media-2": [totals(7, 1, 0)] };
            expect((await made()).facts.path).toEqual(["sip-1", "media-1", "192.0.2.7"]);
        }
    });
});

describe("the phones of a call", () => {
    it("are those of the two extensions, with TLS and SRTP; only the called one answers by itself", async () => {
        await made();
        const proxy = { address: "10.64.0.10", port: 5061, transport: "tls" };
        expect(job).toEqual({
            caller: {
                extension: "1001",
                password: "of-1001",
                domain: "sip.local",
                address: "10.64.0.101",
                proxy,
                srtp: true,
                autoAnswer: false,
            },
            callee: {
                extension: "1002",
                password: "of-1002",
                domain: "sip.local",
                address: "10.64.0.102",
                proxy,
                srtp: true,
                autoAnswer: true,
            },
            number: "1002",
            seconds: 5,
            answerDeadlineMs: 30_000,
            ca: "root CA\n",
        });
        expect(platformOf.platformOutputs).toHaveBeenLastCalledWith("dev", true);
        const [program, , enter] = jest.mocked(programs.runProgram).mock.calls[0];
        expect(program).toBe("phone/main.ts");
        expect(enter!(["x"])).toEqual(expect.arrayContaining([expect.stringContaining("voip-dev-phones"), "x"]));
    });

    it.each([
        ["udp", 5060],
        ["tcp", 5062],
    ] as const)("use %s without SRTP on request", async (transport, port) => {
        await made({ transport });
        expect(job.caller).toMatchObject({ srtp: false, proxy: { transport, port } });
    });

    it("are one when a service number is called", async () => {
        report = { ...answered, rtp: { a: answered.rtp.a } };
        const { facts } = await made({ to: "*43" });
        expect(job).toMatchObject({ callee: undefined, number: "*43" });
        expect(facts.heardHz).toEqual({ a: 880 });
    });

    it("keep what they heard in the named folder", async () => {
        const record = path.join(dir, "new", "folder");
        await made({ record });
        expect(job.recordings).toBe(record);
        expect(fs.statSync(record).isDirectory()).toBe(true);
    });

    it.each([
        ["an extension that is none", { from: "1009" }, "there is no extension 1009: there are 1001, 1002, 1003", 2],
        ["an extension without a phone", { to: "1003" }, "extension 1003 has no phone in the lab", 1],
    ])("are refused: %s", async (_what, more, message, status) => {
        const error = await failed(more);
        expect(error.message).toContain(message);
        expect(error.status).toBe(status);
        expect(programs.runProgram).not.toHaveBeenCalled();
    });

    it("are there in a lab only", async () => {
        without({ lab: { ...platform.lab, enabled: false } });
        expect((await failed()).message).toContain("this stack has none");
    });
});

describe("the report of a call", () => {
    it("is what each side heard, the way it took, and what was forwarded during it", async () => {
        const { facts, text } = await made();
        expect(facts).toEqual({
            answered: true,
            transport: "tls",
            srtp: true,
            codec: "PCMA",
            setupMs: 384,
            seconds: 5.2,
            rtp: { a: side, b: { ...side, mos: 4.3 } },
            heardHz: { a: 880, b: 440 },
            forwarding: { kernelPackets: 1000, userspacePackets: 3 },
            path: ["sip-1", "media-1", "pbx-1", "192.0.2.7"],
        });
        expect(text).toBe(
            [
                "1001 -> 1002: answered in 384 ms, 5.2 s over tls, SRTP PCMA",
                "  1001: sent 250, received 249, lost 1, jitter 1.5 ms, MOS 4.4",
                "  1002: sent 250, received 249, lost 1, jitter 1.5 ms, MOS 4.3",
                "  forwarded: 1000 packets by the kernel, 3 in userspace",
                "  path: sip-1 -> media-1 -> pbx-1 -> 192.0.2.7",
            ].join("\n"),
        );
        expect(fs.readFileSync(log, "utf8")).toBe("said by the phones");
    });

    it("says plain RTP, and a question mark for what is not known", async () => {
        const bare = { ...side, jitterMs: null, mos: null, heardHz: 880 };
        report = { ...answered, srtp: false, codec: undefined, rtp: { a: bare } };
        const { text } = await made({ to: "*43" });
        expect(text.split("\n")[0]).toBe("1001 -> *43: answered in 384 ms, 5.2 s over tls, RTP ");
        expect(text).toContain("lost 1, jitter ? ms, MOS ?");
        expect(text.split("\n")).toHaveLength(4);
    });

    it("counts packets once RTPEngine has ended the sessions of the call", async () => {
        counters["media-1"] = [totals(100, 10, 0), totals(600, 11, 2), totals(1100, 13, 0)];
        expect((await made()).facts.forwarding).toEqual({ kernelPackets: 1000, userspacePackets: 3 });
    });

    it("does not wait for sessions if nobody answered", async () => {
        report = { ...answered, answered: false, reason: "486 Busy here" };
        counters["media-1"] = [totals(100, 10, 1), totals(150, 10, 1), totals(999, 99, 0)];
        const error = await failed();
        expect(error.facts).toMatchObject({ forwarding: { kernelPackets: 50 }, reason: "486 Busy here" });
    });
});

it("is no failure for a tenth that was lost", async () => {
    const some = { ...side, received: 225, lost: 25 };
    report = { ...answered, rtp: { a: { ...some, heardHz: 880 }, b: { ...some, heardHz: 440 } } };
    expect((await call(options)).facts).toMatchObject({ answered: true });
});

describe("a call is a failure", () => {
    const { a, b } = answered.rtp;
    const heard = (one: typeof a, heardHz: number | null) => ({ ...one!, heardHz });
    it.each<[string, Partial<CallReport>, string]>([
        ["not answered", { answered: false, reason: "486 Busy here" }, "not answered: 486 Busy here"],
        ["not answered, nobody knows why", { answered: false }, "not answered: no reason was given"],
        ["silence at the caller", { rtp: { a: { ...a!, received: 0 }, b } }, "nothing was heard by the caller"],
        ["silence at the callee", { rtp: { a, b: { ...b!, received: 0 } } }, "nothing was heard by the callee"],
        [
            "too much lost at the caller",
            { rtp: { a: { ...a!, received: 63, lost: 187 }, b } },
            "the caller received 63 of 250 packets, 75 % were lost",
        ],
        [
            "a little too much lost at the callee",
            { rtp: { a, b: { ...b!, received: 224, lost: 26 } } },
            "the callee received 224 of 250 packets, 10 % were lost",
        ],
        ["no callee", { rtp: { a } }, "nothing was heard by the callee"],
        [
            "a wrong tone at the caller",
            { rtp: { a: heard(a, 440), b } },
            "the tones did not arrive: the caller heard 440, the callee 440",
        ],
        [
            "no tone at the callee",
            { rtp: { a, b: heard(b, null) } },
            "the tones did not arrive: the caller heard 880, the callee none",
        ],
        ["something else", { reason: "the phone ended" }, "the phone ended"],
    ])("%s", async (_what, change, message) => {
        report = { ...answered, ...change };
        const error = await failed();
        expect(error.message).toBe(`call from 1001 to 1002: ${message}`);
        expect(error.log).toBe(log);
        expect(error.facts).toHaveProperty("forwarding");
    });

    it("RTPEngine's counters that can't be read, before a phone rings", async () => {
        jest.mocked(vms.onVm).mockRejectedValue(new Error("no route to host"));
        const error = await failed();
        expect(error.message).toBe("stack dev: RTPEngine's counters can't be read: no route to host");
        expect(programs.runProgram).not.toHaveBeenCalled();
    });
});
