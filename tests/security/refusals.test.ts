import { run } from "../../process/run";
import { waitFor } from "../../process/wait";
import { FreePhone, type PhoneRequest } from "../stack/exchange";
import { broughtUp, enterPhones, onVm, outputs } from "../stack/platform";
import { valkey } from "../stack/valkey";

let address: string;
let proxy: { internal: string; external: string; sip: number; tls: number };
beforeAll(async () => {
    await broughtUp();
    const { lab, proxies } = await outputs();
    address = lab.phoneAddresses[9];
    const [{ internal, external, ports }] = proxies;
    proxy = { internal, external, sip: ports.udp, tls: ports.tls };
    await onVm("sip-1", "docker exec kamailio kamcmd htable.flush said"); // what other tests have had refused
});

/** The counters of the proxy by name and reason, such as `refused password`. */
async function counters(): Promise<Record<string, number>> {
    const ask = `exec 3<>/dev/tcp/${proxy.internal}/9494; printf "GET /metrics HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n" >&3; timeout 3 cat <&3`;
    const text = await onVm("sip-1", `bash -c '${ask}' || true`);
    const found = [...text.matchAll(/^kamailio_voip_(\w+)_total(?:\{reason="([^"]+)"\})? (\d+)/gm)];
    return Object.fromEntries(
        found.map(([, name, reason, count]) => [`${name} ${reason ?? ""}`.trim(), Number(count)]),
    );
}

/** Waits until a counter has grown by so much, as other tests may count beside this one. */
const rises = (before: Record<string, number>, name: string, by = 1) =>
    waitFor(`${name} to rise by ${by}`, async () => (await counters())[name] >= before[name] + by || undefined, {
        deadlineMs: 20_000,
    });

const options: PhoneRequest = { method: "OPTIONS", uri: "sip:sip.local" };
const scanner: PhoneRequest = { ...options, more: ["User-Agent: friendly-scanner"] };
const log = () => onVm("sip-1", "docker logs kamailio 2>&1");
const fromOutside = (script: string) => run([...enterPhones, "bash", "-c", script], { timeoutMs: 120_000 });

async function forgetBan(): Promise<void> {
    await valkey("zrem", "bans", `${address} scanner`);
    await onVm("sip-1", `docker exec kamailio kamcmd htable.delete banned s:${address}`);
}

describe("what is refused", () => {
    afterAll(forgetBan);

    it("is counted by its reason", async () => {
        const before = await counters();
        const phone = new FreePhone("1003", address, "udp");
        await phone.guess("not the password");
        await rises(before, "refused password");
        await phone.statuses([{ ...options, more: [`Subject: ${"x".repeat(16_400)}`] }], { deadlineMs: 1000 });
        await rises(before, "refused size");
        await new FreePhone("1003", address, "tls").statuses([scanner], { deadlineMs: 1000 }).catch(() => undefined);
        await rises(before, "refused scanner");
        await rises(before, "bans scanner");
        expect(await log()).toMatch(new RegExp(`refused, password: REGISTER .* from ${address} by udp`));
    });

    it("leaves the line of a ban in the log, however much is malformed", async () => {
        const ban = `${address} is banned for`;
        expect(await log()).toContain(ban);
        const [before, { length }] = await Promise.all([counters(), log()]);
        const { external, sip, tls } = proxy;
        const junk = `junk=$(printf '%01000d' 0)`;
        await fromOutside(
            `${junk}; for n in {1..2000}; do printf 'OPTIONS sip:a SIP/2.0\\r\\nVia: ???\\r\\nSubject: %s\\r\\n\\r\\n' $junk | cat >/dev/udp/${external}/${sip}; done`,
        );
        await fromOutside(`for n in {1..100}; do printf 'no TLS at all' >/dev/tcp/${external}/${tls}; done`);
        await rises(before, "malformed", 100);
        await rises(before, "tls_failures", 50);
        const after = await log();
        expect(after).toContain(ban);
        expect(after.length - length).toBeLessThan(60_000);
    });
});
