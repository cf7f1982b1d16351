import * as fs from "node:fs";
import type { PhoneAccount } from "../../../phone/account";
import { placeCall, type CallJob } from "../../../phone/call";
import * as certificate from "../../../phone/certificate";
import type { PhoneEvent } from "../../../phone/control";
import { Phone } from "../../../phone/phone";
import type { StreamCounters } from "../../../phone/stream";
import { toneWav, wavSamples } from "../../../phone/tone";
import type { TracedMessage } from "../../../phone/trace";

jest.mock("../../../phone/certificate");
jest.mock("../../../phone/phone");

/** What becomes of the call that is dialled. */
interface Script {
    answered: boolean;
    /** Packets that each of the two misses at the end. */
    lost: { a: number; b: number };
    /** Packets after which the callee hangs up. */
    hangsUpAfter?: number;
    rtcp?: { rx: { sent: number; jit: number }; rtt: number };
    secure: { a: boolean; b: boolean };
    /** What phone `a` saw on the wire. */
    trace: TracedMessage[];
}

let script: Script;
let phones: Fake[];
let done: string[];

const samples = (hz: number): Int16Array => wavSamples(toneWav(hz, 1));

/** A phone without a process: packets go by each time that it is asked for its counters. */
class Fake {
    readonly events: PhoneEvent[] = [];
    packets = 0;
    isSpeaking = false;
    readonly control = {
        events: this.events,
        last: (...types: string[]) => this.events.filter(({ type }) => types.includes(type)).at(-1),
        command: async (command: string, params?: string) => {
            done.push([command, params].filter(Boolean).join(" "));
            if (command === "dial") this.all(script.answered ? "CALL_ESTABLISHED" : "CALL_CLOSED");
            if (command === "hangup") this.all("CALL_CLOSED");
            return "";
        },
    };

    constructor(
        readonly account: PhoneAccount,
        readonly dir: string,
        readonly hz: number,
        readonly speech: number,
    ) {}

    private get side(): "a" | "b" {
        return phones[0] === this ? "a" : "b";
    }

    private all(type: string): void {
        for (const phone of phones) phone.events.push({ type, at: performance.now() });
    }

    async register(): Promise<void> {
        done.push(`register ${this.account.extension}`);
    }

    async speak(): Promise<void> {
        done.push(`speak ${this.account.extension}`);
        this.isSpeaking = true;
        if (script.rtcp) this.events.push({ type: "CALL_RTCP", at: performance.now(), rtcp_stats: script.rtcp });
    }

    async silence(): Promise<void> {
        done.push(`silence ${this.account.extension}`);
        this.isSpeaking = false;
    }

    async counters(): Promise<StreamCounters> {
        if (this.isSpeaking) this.packets += 20;
        if (script.hangsUpAfter !== undefined && this.packets >= script.hangsUpAfter) this.all("CALL_CLOSED");
        const heard = (phones[this.side === "a" ? 1 : 0] ?? this).packets - script.lost[this.side];
        return { sent: this.packets, received: Math.max(0, heard), secure: script.secure[this.side], codec: "PCMA" };
    }

    async stop(recordings?: string) {
        done.push(`stop ${this.account.extension}${recordings ? ` ${recordings}` : ""}`);
        const heard = samples(this.side === "a" && phones.length > 1 ? 880 : 440);
        return { trace: this.side === "a" ? script.trace : [], heard, log: `log of ${this.account.extension}` };
    }
}

const account = (extension: string, transport: "tls" | "udp" = "tls"): PhoneAccount => ({
    extension,
    password: "secret",
    domain: "sip.local",
    address: `10.64.0.1${extension.slice(-2)}`,
    proxy: { address: "10.64.0.10", port: 5061, transport },
    srtp: transport === "tls",
    autoAnswer: true,
});

const job = (more: Partial<CallJob> = {}): CallJob => ({
    caller: account("1001"),
    callee: account("1002"),
    number: "1002",
    seconds: 1,
    answerDeadlineMs: 1000,
    ca: "CA",
    ...more,
});

const invited = (startLine: string, cseq = "1 INVITE"): TracedMessage => ({
    transport: "tls",
    from: "10.64.0.101",
    to: "10.64.0.10",
    startLine,
    headers: new Map([["cseq", [cseq]]]),
    body: "",
});

beforeEach(() => {
    jest.clearAllMocks();
    [phones, done] = [[], []];
    script = {
        answered: true,
        lost: { a: 0, b: 0 },
        rtcp: { rx: { sent: 50, jit: 1500 }, rtt: 20_000 },
        secure: { a: true, b: true },
        trace: [invited("INVITE sip:1002@sip.local SIP/2.0")],
    };
    jest.mocked(certificate.checkCertificate).mockImplementation(async () => void done.push("certificate"));
    jest.spyOn(Phone, "start").mockImplementation(async (given, dir, hz, speech) => {
        done.push(`start ${given.extension}`);
        const phone = new Fake(given, dir, hz, speech);
        phones.push(phone);
        return phone as unknown as Phone;
    });
});

describe("a call between two phones", () => {
    it("goes from registration to hang-up in this order", async () => {
        await placeCall(job({ recordings: "/kept" }));
        expect(done).toEqual([
            "certificate",
            "start 1001",
            "start 1002",
            "register 1001",
            "register 1002",
            "dial sip:1002@sip.local",
            "speak 1001",
            "speak 1002",
            "silence 1001",
            "silence 1002",
            "hangup",
            "stop 1001 /kept",
            "stop 1002 /kept",
        ]);
        expect(certificate.checkCertificate).toHaveBeenCalledWith("10.64.0.10", 5061, "CA");
        expect(phones.map(({ hz, speech }) => [hz, speech])).toEqual([
            [440, 6],
            [880, 6],
        ]);
    });

    it("tells what each side sent and heard", async () => {
        const report = await placeCall(job());
        expect(report).toMatchObject({
            answered: true,
            transport: "tls",
            srtp: true,
            codec: "PCMA",
            log: "===== phone 1001 =====\nlog of 1001\n===== phone 1002 =====\nlog of 1002",
            addresses: ["10.64.0.10"],
        });
        const { a, b } = report.rtp;
        expect(a).toEqual({ ...b, heardHz: 880 });
        expect(b).toMatchObject({ lost: 0, jitterMs: 1.5, heardHz: 440 });
        expect(b!.sent).toBeGreaterThanOrEqual(50); // a second of packets
        expect(b!.received).toBe(b!.sent);
        expect(b!.mos).toBeGreaterThan(4.3);
        expect(report.reason).toBeUndefined();
        expect(report.setupMs).toBeLessThan(1000);
        expect(report.seconds).toBeGreaterThan(0);
    });

    it("counts what did not arrive, on the side that missed it, and scores that", async () => {
        script.lost = { a: 0, b: 12 };
        const { rtp } = await placeCall(job());
        expect(rtp.a?.lost).toBe(0);
        expect(rtp.b?.lost).toBe(12);
        expect(rtp.b!.mos!).toBeLessThan(3);
    });

    it("scores the round trip by half of it", async () => {
        const mos = async (rtt: number) => {
            phones = [];
            script.rtcp = { rx: { sent: 50, jit: 0 }, rtt };
            return (await placeCall(job())).rtp.a!.mos!;
        };
        // 300 ms there and back are 150 ms one way, which are not yet heard; 600 ms are
        expect(await mos(300_000)).toBeGreaterThan(4.2);
        expect(await mos(600_000)).toBeLessThan(4.1);
    });

    it("waits for a report of RTCP, which a phone has only after a while", async () => {
        const late = { rx: { sent: 50, jit: 2500 }, rtt: 0 };
        script.rtcp = undefined;
        jest.spyOn(Fake.prototype, "silence").mockImplementation(async function (this: Fake) {
            this.isSpeaking = false;
            const report = (): void =>
                void this.events.push({ type: "CALL_RTCP", at: performance.now(), rtcp_stats: late });
            setTimeout(report, 300); // later than the last packets are waited for
        });
        const { rtp } = await placeCall(job());
        jest.restoreAllMocks();
        expect([rtp.a?.jitterMs, rtp.b?.jitterMs]).toEqual([2.5, 2.5]);
    });

    it("is not encrypted when one side is not", async () => {
        script.secure = { a: true, b: false };
        expect((await placeCall(job())).srtp).toBe(false);
    });

    it("leaves no folder behind", async () => {
        await placeCall(job());
        expect(phones.map(({ dir }) => fs.existsSync(dir))).toEqual([false, false]);
        expect(phones[0].dir).not.toBe(phones[1].dir);
    });

    it("asks for no certificate where the phones don't use TLS", async () => {
        await placeCall(job({ caller: account("1001", "udp") }));
        expect(done[0]).toBe("start 1001");
    });
});

describe("a call that does not go as planned", () => {
    it("was refused: the proxy's own words", async () => {
        script.answered = false;
        script.trace.push(invited("SIP/2.0 407 Proxy Authentication Required"), invited("SIP/2.0 486 Busy Here"));
        const report = await placeCall(job());
        expect(report).toMatchObject({ answered: false, reason: "486 Busy Here", seconds: 0, rtp: {} });
        expect(report.setupMs).toBeUndefined();
        expect(done).not.toContain("speak 1001");
    });

    it("was not answered in time", async () => {
        jest.spyOn(Fake.prototype, "register").mockImplementation(async function (this: Fake) {
            this.control.command = async () => "";
        });
        const report = await placeCall(job({ answerDeadlineMs: 50 }));
        expect(report.reason).toMatch(/^waited 0 s for 1002 to answer/);
        jest.restoreAllMocks();
    });

    it("ended early, by the other side: nobody hangs up a second time", async () => {
        script.hangsUpAfter = 20;
        const report = await placeCall(job({ seconds: 30 }));
        expect(report.answered).toBe(true);
        expect(done).not.toContain("hangup");
        expect(done).not.toContain("silence 1001");
    });

    it("has a certificate that is refused: no phone is started", async () => {
        jest.mocked(certificate.checkCertificate).mockRejectedValue(new Error("expired"));
        expect(await placeCall(job())).toMatchObject({ answered: false, reason: "expired", srtp: false, log: "" });
        expect(done).toEqual([]);
    });

    it("has a phone that does not register: both are stopped", async () => {
        jest.spyOn(Fake.prototype, "register").mockRejectedValue(new Error("403 Forbidden"));
        expect(await placeCall(job())).toMatchObject({ answered: false, reason: "403 Forbidden" });
        expect(done.slice(-2)).toEqual(["stop 1001", "stop 1002"]);
        jest.restoreAllMocks();
    });
});

describe("a call to a service", () => {
    it("has one phone, which hears as much as it was sent, and misses what it did not", async () => {
        const report = await placeCall(job({ callee: undefined, number: "*43" }));
        expect(done).toContain("dial sip:*43@sip.local");
        expect(report.rtp.b).toBeUndefined();
        expect(report.rtp.a).toMatchObject({ lost: 0, heardHz: 440 });
        expect(report.srtp).toBe(true);
    });

    it("waits for no report of RTCP once the other side has hung up, and then knows no jitter", async () => {
        script.rtcp = undefined;
        script.hangsUpAfter = 40;
        const { rtp } = await placeCall(job({ callee: undefined, number: "*60" }));
        expect(rtp.a).toMatchObject({ jitterMs: null });
    });

    it("skips reports that are still empty", async () => {
        script.rtcp = { rx: { sent: 0, jit: 0 }, rtt: 0 };
        script.hangsUpAfter = 40;
        expect((await placeCall(job({ callee: undefined }))).rtp.a?.jitterMs).toBeNull();
    });
});
