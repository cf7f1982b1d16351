import type { PlatformOutputs } from "../../contract";
import { waitFor } from "../../process/wait";
import { splitMessages } from "../sipp/messages";
import { askVault, container } from "../stack/core";
import { TestPhone } from "../stack/phones";
import { broughtUp, onVm, outputs } from "../stack/platform";
import { valkey } from "../stack/valkey";
import { voip } from "../stack/voip";
import { stack } from "../stack/environment";

let platform: PlatformOutputs;
/** An address for each test: one that gave wrong passwords is refused for a minute. */
const address = (index: number): string => platform.lab.phoneAddresses[index];

beforeAll(async () => {
    await broughtUp();
    platform = await outputs();
});

/** Gives wrong passwords, one after the other. @returns the final status of each try, as often as it came */
async function guess(user: string, from: string, times: number): Promise<Record<string, number>> {
    const { messages } = await new TestPhone(user, from, platform).call("uac-register-refused", "", {
        callee: undefined,
        password: "not the password",
        keys: { expires: "120" },
        calls: times,
        concurrent: 1,
        perSecond: 10,
    });
    const last = new Map<string, string>();
    for (const message of splitMessages(messages)) {
        const status = /message received \[\d+\] bytes :\s+SIP\/2\.0 (\d+)/.exec(message)?.[1];
        const callId = /^Call-ID: (.*)$/m.exec(message)?.[1];
        if (status && callId) last.set(callId, status);
    }
    const counts: Record<string, number> = {};
    for (const status of last.values()) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
}

const keys = (user: string, from: string): [string, string] => [`failed:${from}:${user}`, `failed:${from}`];

/** The connection of the proxy: an id of Valkey's. */
async function connectionOfProxy(): Promise<string | undefined> {
    const list = await valkey("client", "list");
    return /^id=(\d+) .* user=kamailio /m.exec(list)?.[1];
}

it("counts wrong passwords per address, and per address and account, for a minute", async () => {
    const [account, all] = keys("1001", address(5));
    await valkey("del", account, all);
    await guess("1001", address(5), 3);
    await guess("1002", address(5), 1);
    expect(await valkey("mget", account, all)).toBe("3\n4");
    const seconds = Number(await valkey("ttl", account));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
});

it("makes a proxy refuse an address that gave wrong passwords to another one", async () => {
    const [account] = keys("1003", address(4));
    await valkey("set", account, "9", "ex", "60"); // as another proxy would have counted
    expect(await guess("1003", address(4), 3)).toEqual({ 401: 1, 503: 2 });
});

it("changes the proxy's password without ending its connection, and rejects the old one", async () => {
    const before = await connectionOfProxy();
    expect(before).toBeDefined();
    const old = await onVm("sip-1", "sudo cat /etc/voip-valkey/password");
    const { stdout } = await voip(["rotate", "--only", "kv", "--stack", stack]);
    expect(stdout).toContain("secret/valkey/kamailio");
    const now = await onVm("sip-1", "sudo cat /etc/voip-valkey/password");
    expect(now.trim()).not.toBe(old.trim());
    const [{ answer }] = await askVault([{ method: "GET", path: "secret/data/valkey/kamailio" }]);
    expect((answer?.data as { data: object }).data).toEqual({ password: now.trim(), previous: "" });
    expect(await connectionOfProxy()).toBe(before);
    await expect(valkey("auth", "kamailio", old.trim())).rejects.toThrow("WRONGPASS");
    expect(await valkey("auth", "kamailio", now.trim())).toContain("OK");
    // whoever connects from now on has the new one
    await onVm("sip-1", "sudo systemctl restart voip-valkey");
    await waitFor("the proxy to be logged in", connectionOfProxy, { deadlineMs: 30_000 });
    expect(await connectionOfProxy()).not.toBe(before);
});

it("gives a client access to its own keys only", async () => {
    const users = await valkey("acl", "list");
    expect(users).toMatch(/^user default off .*-@all$/m);
    const asks = (user: string, ...command: string[]) => valkey("acl", "dryrun", user, ...command);
    expect(await asks("kamailio", "incr", "failed:1")).toBe("OK");
    expect(await asks("kamailio", "incr", "other")).toMatch(/no permissions to access the 'other' key/);
    expect(await asks("kamailio", "flushall")).toMatch(/no permissions to run/);
    expect(await asks("exporter", "get", "failed:1")).toMatch(/no permissions to run/);
    expect(await asks("exporter", "info")).toBe("OK");
});

it("has metrics, read by a separate client", async () => {
    const { port } = platform.services.find(({ name }) => name === "valkey-exporter")!.ports[0];
    const ask = `exec 3<>/dev/tcp/${platform.core.postgresHost}/${port}; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3`;
    const { stdout } = await voip(["shell", "--stack", stack, "--", "bash", "-c", ask]);
    expect(stdout).toMatch(/^redis_up 1$/m);
});

describe("away", () => {
    beforeAll(() => container("valkey", "kill"));
    afterAll(async () => {
        await container("valkey", "start");
        await waitFor("the proxy to be logged in again", connectionOfProxy, { deadlineMs: 60_000 });
    });

    it("locks no phone out, and a proxy counts alone", async () => {
        const phone = new TestPhone("1004", address(3), platform);
        await phone.register();
        await phone.unregister();
        expect(await guess("1001", address(3), 12)).toEqual({ 401: 10, 503: 2 });
    });
});

it("has kept its counters when it is back", async () => {
    const [account] = keys("1004", address(2));
    await guess("1004", address(2), 2);
    await container("valkey", "kill");
    await container("valkey", "start");
    await waitFor("the proxy to be logged in again", connectionOfProxy, { deadlineMs: 60_000 });
    expect(await valkey("get", account)).toBe("2");
});
