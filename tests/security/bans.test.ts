import { waitFor } from "../../process/wait";
import { runProgram } from "../../process/program";
import { headers, statusOf } from "../sip/message";
import { stack } from "../stack/environment";
import { FreePhone, type PhoneRequest } from "../stack/exchange";
import { broughtUp, enterPhones, onVm, outputs } from "../stack/platform";
import { valkey } from "../stack/valkey";
import { voipFails, voipJson } from "../stack/voip";
import type { ConnectFloodJob } from "./connect-flood-main";
import type { ConnectionsJob, ConnectionsReport } from "./connections-main";

/** Pulumi.testing.yaml: the ban's length in seconds, and the address that is never banned. */
const banSeconds = 60;
const allowed = "10.64.0.102";

let addresses: string[];
let guesser: string;
beforeAll(async () => {
    await broughtUp();
    addresses = (await outputs()).lab.phoneAddresses;
    guesser = addresses[3];
});

interface Listed {
    bans: { address: string; reason: string; until: number; proxies: string[] }[];
}

const options: PhoneRequest = { method: "OPTIONS", uri: "sip:sip.local" };
const scanner: PhoneRequest = { ...options, more: ["User-Agent: friendly-scanner"] };
const list = async () => (await voipJson<Listed>("bans", "list")).bans;
const bansOf = async (address: string) => (await list()).filter((ban) => ban.address === address);
/** Statuses of requests by a transport; undefined: no answer in a second, or no connection. */
const asked = (address: string, transport: "udp" | "tcp" | "tls", ...requests: PhoneRequest[]) =>
    new FreePhone("1003", address, transport)
        .statuses(requests, { deadlineMs: 1000 })
        .catch(() => requests.map(() => undefined));
const forget = async (...banned: string[]) => {
    for (const address of banned) {
        await valkey("zrem", "bans", ...["scanner", "passwords", "flood"].map((reason) => `${address} ${reason}`));
        await onVm("sip-1", `docker exec kamailio kamcmd htable.delete banned s:${address}`);
    }
};

/** When the ban of the one who guessed ends, seconds since 1970. */
let until = 0;

describe("a ban", () => {
    afterAll(() => forget(addresses[9], addresses[2]));

    it("is for 100 wrong passwords in a minute", async () => {
        await valkey("set", `failed:${guesser}`, "98", "ex", "60"); // as the proxies would have counted
        const phone = new FreePhone("1003", guesser, "udp");
        const wrong = () => phone.guess("not the password");
        expect([await wrong(), await wrong()]).toEqual([401, 401]);
        expect(await asked(guesser, "udp", options)).toEqual([undefined]);
        const [ban] = await bansOf(guesser);
        expect(ban.reason).toBe("passwords");
        ({ until } = ban);
        await valkey("del", `failed:${guesser}`);
    });

    it("is for a scanner that shows its address, is listed, and can be removed", async () => {
        const address = addresses[9];
        expect(await asked(address, "tls", options, scanner)).toEqual([200, undefined]);
        expect(await asked(address, "udp", options)).toEqual([undefined]);
        expect(await asked(address, "tls", options)).toEqual([undefined]);
        const [ban] = await bansOf(address);
        expect(ban).toMatchObject({ reason: "scanner", proxies: ["sip-1"] });
        expect(ban.until - Date.now() / 1000).toBeLessThanOrEqual(banSeconds);
        await voipJson("bans", "remove", address);
        expect(await bansOf(address)).toEqual([]);
        expect(await asked(address, "tls", options)).toEqual([200]);
        const { stderr } = await voipFails(["bans", "remove", address, "--stack", stack]);
        expect(stderr).toContain(`bans remove ${address}: it is not banned`);
    });

    it("is not for an address that somebody may have made up: a scanner by UDP gets no answer", async () => {
        expect(await asked(addresses[9], "udp", scanner, options)).toEqual([undefined, 200]);
        expect(await bansOf(addresses[9])).toEqual([]);
    });

    it("is not for an address that is allowed", async () => {
        expect(await asked(allowed, "tls", scanner)).toEqual([undefined]);
        expect(await asked(allowed, "tls", options)).toEqual([200]);
        expect(await bansOf(allowed)).toEqual([]);
    });

    it("is taken over from another proxy", async () => {
        const address = addresses[2];
        const now = Number(await valkey("eval", "return redis.call('TIME')[1]", "0"));
        await valkey("zadd", "bans", String(now + banSeconds), `${address} flood`);
        const isBanned = async () => (await asked(address, "udp", options))[0] === undefined || undefined;
        await waitFor("the proxy to ban it", isBanned, { deadlineMs: 15_000 });
        expect(await bansOf(address)).toEqual([
            { address, reason: "flood", until: expect.any(Number) as number, proxies: ["sip-1"] },
        ]);
    });
});

describe("a message", () => {
    it("of more than 16 KiB is refused", async () => {
        const more = [`Subject: ${"x".repeat(15_000)}`];
        const tooMuch = [`Subject: ${"x".repeat(16_400)}`];
        expect(await asked(addresses[8], "udp", { ...options, more }, { ...options, more: tooMuch })).toEqual([
            200, 513,
        ]);
    });
});

describe("connections", () => {
    it("of one address are opened at no higher rate than 50 a second, after 200", async () => {
        const { proxies } = await outputs();
        const { external: host, ports } = proxies[0];
        const job: ConnectFloodJob = { host, port: ports.tls, address: addresses[9], count: 1500, duringMs: 2000 };
        const accepted = await runProgram<number>("tests/security/connect-flood-main.ts", job, (argv) => [
            ...enterPhones,
            ...argv,
        ]);
        expect(accepted).toBeGreaterThan(100);
        expect(accepted).toBeLessThan(200 + 50 * 3);
    });
});

describe("connections that say nothing", () => {
    const idle = async (job: Pick<ConnectionsJob, "address" | "tls" | "count">): Promise<ConnectionsReport> => {
        const { proxies, ca, sipDomain: domain } = await outputs();
        const { external: host, ports } = proxies[0];
        const whole: ConnectionsJob = { ...job, host, port: ports.tls, ca, domain, deadlineMs: 60_000 };
        return runProgram("tests/security/connections-main.ts", whole, (argv) => [...enterPhones, ...argv]);
    };

    it("are closed, those of phones stay, and one address gets no more than 256", async () => {
        const registered = new FreePhone("1003", addresses[8], "tls").exchange([
            { method: "REGISTER" },
            // after more than half a minute of silence, by the same connection
            { ...options, waitMs: 36_000 },
        ]);
        const [silent, many, [registration, later]] = await Promise.all([
            idle({ address: addresses[7], tls: false, count: 20 }),
            idle({ address: addresses[6], tls: true, count: 280 }),
            registered,
        ]);
        expect(silent.open).toBe(20);
        expect(silent.closedAfterSeconds).toBeGreaterThan(20);
        expect(silent.closedAfterSeconds).toBeLessThan(45);
        expect(many.open).toBe(256);
        expect(many.closedAfterSeconds).toBeLessThan(60);
        expect([registration, later].map((messages) => statusOf(messages.at(-1) ?? ""))).toEqual([200, 200]);
        expect(headers(later.at(-1)!, "CSeq")).toEqual(["1 OPTIONS"]);
        await new FreePhone("1003", addresses[8], "tls").forget();
    });
});

describe("at its time", () => {
    afterAll(() => forget(guesser));

    it("a ban ends by itself", async () => {
        expect(until).toBeGreaterThan(0);
        const answered = async () => (await asked(guesser, "udp", options))[0];
        await waitFor("the ban to end", answered, { deadlineMs: (banSeconds + 10) * 1000 });
        expect(Date.now() / 1000).toBeGreaterThanOrEqual(until - 2);
        expect(await bansOf(guesser)).toEqual([]);
    });
});
