import { createHash } from "node:crypto";
import type { PlatformOutputs } from "../../contract";
import { runProgram } from "../../process/program";
import { splitMessages } from "../sipp/messages";
import { TestPhone, testPhones } from "../stack/phones";
import { broughtUp, enterPhones, onVm, outputs } from "../stack/platform";
import { valkey } from "../stack/valkey";
import type { DigestJob } from "./digest-main";
import type { FloodJob } from "./flood-main";

let platform: PlatformOutputs;
beforeAll(async () => {
    await broughtUp();
    platform = await outputs();
});

describe("a request of a call that does not exist", () => {
    it("is not forwarded, and takes no media port", async () => {
        const [phone] = await testPhones();
        const [{ address, port }] = platform.pbxs;
        const keys = { pbx: `${address}:${port}` };
        const { status } = await phone.call("stray-requests", "", { callee: undefined, password: undefined, keys });
        expect(status).toBe(481);
    });
});

/** How often each status was received; an answer that was repeated counts once. */
function received(messages: string): Record<string, number> {
    const answers = splitMessages(messages).flatMap((message) => {
        const status = /message received \[\d+\] bytes :\s+SIP\/2\.0 (\d+)/.exec(message)?.[1];
        const [callId, cseq] = ["Call-ID", "CSeq"].map((name) => new RegExp(`^${name}: (.*)$`, "m").exec(message)?.[1]);
        return status ? [`${status} ${callId} ${cseq}`] : [];
    });
    const counts: Record<string, number> = {};
    for (const answer of new Set(answers)) counts[answer.split(" ")[0]] = (counts[answer.split(" ")[0]] ?? 0) + 1;
    return counts;
}

const enter = (argv: string[]): string[] => [...enterPhones, ...argv];

const digestOf = (user: string): string =>
    createHash("md5").update(`${user}:${platform.sipDomain}:${platform.extensions[user].password}`).digest("hex");

describe("somebody who guesses passwords", () => {
    const guesses = 13;
    /** An address that no other test uses: it is refused for a minute. */
    const phone = (user: string) => new TestPhone(user, platform.lab.phoneAddresses[9], platform);

    it.each([
        ["an extension", "1003"],
        ["an extension that there is not", "1999"],
    ])("of %s waits after ten wrong ones", async (_what, user) => {
        const { messages } = await phone(user).call("uac-register-refused", "", {
            callee: undefined,
            password: "not the password",
            keys: { expires: "120" },
            calls: guesses,
            concurrent: 1,
            perSecond: 20,
        });
        expect(received(messages)).toEqual({ 401: guesses + 10, 503: guesses - 10 });
    });

    const burstUsers = ["1002", "1998"];
    /** Of a phone that others use: what was counted for it is forgotten. */
    const burstFrom = () => platform.lab.phoneAddresses[1];
    afterAll(async () => {
        const counters = [`failed:${burstFrom()}`, ...burstUsers.map((user) => `failed:${burstFrom()}:${user}`)];
        await valkey("del", ...counters);
        await onVm("sip-1", "docker exec kamailio kamcmd htable.flush failed"); // the proxy's own copy
    });

    it.each([
        ["an extension", burstUsers[0]],
        ["an extension that there is not", burstUsers[1]],
    ])("of %s gets the same answers in a burst", async (_what, user) => {
        const burst = new TestPhone(user, burstFrom(), platform);
        const { messages } = await burst.call("uac-register-refused", "", {
            callee: undefined,
            password: "not the password",
            keys: { expires: "120" },
            calls: 10,
            concurrent: 10,
            perSecond: 1000,
        });
        expect(received(messages)).toEqual({ 401: 20 });
    });

    it("locks out no other extension of the address", async () => {
        const other = phone("1002");
        await other.register();
        await other.unregister();
    });

    const answer = (user: string, ha1: string, nonce?: string): Promise<number> => {
        const {
            proxies: [{ external: host, ports }],
            sipDomain: domain,
        } = platform;
        const address = platform.lab.phoneAddresses[8];
        const job: DigestJob = { host, port: ports.udp, address, user, domain, ha1, ...(nonce ? { nonce } : {}) };
        return runProgram<number>("tests/security/digest-main.ts", job, enter);
    };

    it.each([
        [
            "the proxy's own digest of no password, for an extension that there is not",
            "1999",
            () => "0".repeat(32),
            401,
        ],
        ["a digest that is right, for an extension", "1001", digestOf, 200],
    ])("with %s gets the right status", async (_what, user, ha1, status) => {
        expect(await answer(user, ha1(user))).toBe(status);
    });

    it("in another's name locks nobody out: an answer without a challenge does not count", async () => {
        const statuses = await Promise.all(
            Array.from({ length: guesses }, (_, index) => answer("1001", "0".repeat(32), `guess-${index}`)),
        );
        expect(new Set(statuses)).toEqual(new Set([401]));
        expect(await answer("1001", digestOf("1001"))).toBe(200);
    });
});

describe("a flood", () => {
    it("from an address that has not authenticated gets no answers, and others do", async () => {
        const [{ external: host, ports }] = platform.proxies;
        const job: FloodJob = { host, port: ports.udp, address: platform.lab.phoneAddresses[7], requests: 1000 };
        const [answered] = await Promise.all([
            runProgram<number>("tests/security/flood-main.ts", job, enter),
            new TestPhone("1002", platform.lab.phoneAddresses[6], platform).register(),
        ]);
        expect(answered).toBeGreaterThan(0);
        expect(answered).toBeLessThan(job.requests / 2);
    });
});
