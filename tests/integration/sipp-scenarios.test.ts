import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { record } from "../audio/recorder";
import type { RtpStream } from "../audio/rtp";
import { secondsOfTone } from "../audio/tone";
import { run } from "../../process/run";
import { scenarioDir, startSipp, type SippOptions } from "../sipp/sipp";

const netns = `voip-sipp-${process.pid}`;
const enter = ["nsenter", `--net=/run/netns/${netns}`];
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-scenarios-"));

/** Makes a caller's scenario for a peer that asks for no password: the first INVITE with its challenge is taken out. */
function withoutChallenge(scenario: string): void {
    const text = fs.readFileSync(path.join(scenarioDir, `${scenario}.xml`), "utf8");
    const [head, , , ...rest] = text.split(/(?=^ {4}<send)/m);
    const spoken = [head, ...rest].join("").replace(/^ *\[authentication\]\n/m, "");
    fs.writeFileSync(path.join(dir, `${scenario}.xml`), spoken);
}

const phone = { enter, domain: "sip.local", port: 5060, talkMs: 2000, timeoutSeconds: 30 };

/** Two sipps call each other over the loopback; both must end as their scenarios say. */
async function call(uac: string, uas: string, more: Partial<SippOptions> = {}): Promise<[number?, RtpStream[]?]> {
    withoutChallenge(uac);
    const recorder = await record(enter, "lo");
    const calls = { calls: more.calls };
    const callee = startSipp({
        ...{ ...phone, ...calls, scenario: uas, user: "1002", address: "127.0.0.2", mediaPort: 7000, tone: 880 },
    });
    const caller = startSipp({
        ...{ ...phone, scenario: uac, user: "1001", address: "127.0.0.1", mediaPort: 6000, tone: 440, ...more },
        ...{ callee: "1002", remote: "127.0.0.2:5060", scenarioDir: dir },
    });
    try {
        const { status } = await caller.done;
        await callee.done;
        return [status, await recorder.stop()];
    } finally {
        [caller, callee].forEach((sipp) => sipp.stop());
        await Promise.allSettled([caller.done, callee.done, recorder.stop()]);
    }
}

/** Waits until sound of so many calls was heard. */
async function heardCalls(count: number): Promise<void> {
    for (let heard = 0; heard < count;) {
        const recorder = await record(enter, "lo");
        await run([...enter, "tcpdump", "-i", "lo", "-c", "50", "udp", "and", "portrange", "7000-7999"], {
            timeoutMs: 20_000,
        });
        heard += (await recorder.stop()).filter(({ destinationPort }) => destinationPort >= 7000).length;
    }
}

describe("the SIPp scenarios, against each other", () => {
    beforeAll(async () => {
        await run(["ip", "netns", "add", netns]);
        await run([...enter, "ip", "link", "set", "lo", "up"]);
    });
    afterAll(async () => {
        await run(["ip", "netns", "delete", netns]);
        fs.rmSync(dir, { recursive: true });
    });

    const heardAt = (streams: RtpStream[] = [], port: number): Int16Array[] =>
        streams.filter(({ destinationPort }) => destinationPort === port).map(({ samples }) => samples);

    it.each([
        ["uac-invite", "uas-answer"],
        ["uac-invite-bye", "uas-bye"],
    ])("%s and %s talk: each hears the other's tone", async (uac, uas) => {
        const [status, streams] = await call(uac, uas);
        expect(status).toBe(200);
        const [[atCaller], [atCallee]] = [heardAt(streams, 6000), heardAt(streams, 7000)];
        expect(secondsOfTone(atCaller, 880)).toBeGreaterThan(1);
        expect(secondsOfTone(atCallee, 440)).toBeGreaterThan(1);
        expect(secondsOfTone(atCaller, 440)).toBe(0);
    });

    it("load-test has many calls with uas-answer", async () => {
        const [, streams] = await call("load-test", "uas-answer", { calls: 10, perSecond: 10 });
        expect(heardAt(streams, 7000).filter((samples) => secondsOfTone(samples, 440) > 1)).toHaveLength(10);
    });

    it("a load ends on request, successfully, when its last calls have ended", async () => {
        withoutChallenge("load-test");
        const many = { ...phone, calls: 1_000_000, concurrent: 50, perSecond: 10, talkMs: 500 };
        const callee = startSipp({
            ...many,
            scenario: "uas-answer",
            user: "1002",
            address: "127.0.0.2",
            mediaPort: 7000,
        });
        const caller = startSipp({
            ...{
                ...many,
                scenario: "load-test",
                user: "1001",
                address: "127.0.0.1",
                mediaPort: 6000,
                scenarioDir: dir,
            },
            ...{ callee: "1002", remote: "127.0.0.2:5060" },
        });
        try {
            await heardCalls(3);
            caller.finish();
            const { setupSeconds, messages } = await caller.done;
            expect(setupSeconds.length).toBeGreaterThan(3);
            expect(messages.match(/^BYE /gm)?.length).toBe(setupSeconds.length);
        } finally {
            [caller, callee].forEach((sipp) => sipp.stop());
            await Promise.allSettled([caller.done, callee.done]);
        }
    });

    it("uac-invite-refused is told 486 by uas-busy", async () => {
        expect((await call("uac-invite-refused", "uas-busy"))[0]).toBe(486);
    });

    it("uac-cancel gives up on uas-noanswer", async () => {
        expect((await call("uac-cancel", "uas-noanswer"))[0]).toBe(487);
    });

    it("a callee that answers makes uac-invite-refused fail", async () => {
        await expect(call("uac-invite-refused", "uas-answer", { timeoutSeconds: 5 })).rejects.toThrow(
            /sipp uac-invite/,
        );
    });
});
