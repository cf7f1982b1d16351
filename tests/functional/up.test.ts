import * as fs from "node:fs";
import { virsh } from "../../clients/libvirt";
import { enterLab } from "../../lab/lab";
import { stackPaths } from "../../paths";
import { run } from "../../process/run";
import { broughtUp, onVm, outputs, up, type Summary } from "../stack/platform";
import { voip, voipJson } from "../stack/voip";
import { stack } from "../stack/environment";

interface Status {
    vms: { name: string; state: string; host: string; addresses: unknown }[];
    services: { name: string; vm: string; state: string; version: string | null; port: number | null }[];
    certificates: { name: string; vm: string; expiresAt: string }[];
    secrets: { name: string; vm: string; ageSeconds: number; ttlSeconds: number }[];
    forwarding?: unknown;
}

describe("./voip up", () => {
    let first: Summary;
    beforeAll(async () => {
        first = await broughtUp();
    });

    it("builds the platform from nothing", () => {
        expect(first).toMatchObject({ stack, phase: "1", updated: 0, replaced: 0, deleted: 0 });
        expect(first.created).toBeGreaterThan(10);
        expect(["embedded", "pulumi"]).toContain(first.engine);
    });

    it("changes nothing when run again", async () => {
        const second = await up();
        expect(second).toMatchObject({ created: 0, updated: 0, replaced: 0, deleted: 0, same: first.created });
    });

    it("previews no change", async () => {
        const preview = await voipJson<Record<string, number>>("preview");
        expect(preview).toMatchObject({ created: 0, updated: 0, replaced: 0, deleted: 0 });
    });

    it("exports what a test harness needs", async () => {
        const exported = await outputs();
        expect(exported).toMatchObject({
            phase: "1",
            sipDomain: "sip.local",
            sipOwner: "kamailio",
            proxies: [
                {
                    name: "sip-1",
                    external: "10.64.0.10",
                    internal: "192.168.64.10",
                    ports: { udp: 5060, tcp: 5060, tls: 5061 },
                },
            ],
            pbxs: [{ name: "pbx-1", address: "192.168.64.30", port: 5080, tlsPort: 5081 }],
            mediaServers: [
                {
                    name: "media-1",
                    external: "10.64.0.20",
                    internal: "192.168.64.20",
                    ngPort: 22222,
                    cliPort: 9900,
                },
            ],
        });
        expect(Object.keys(exported.vms).sort()).toEqual(["media-1", "pbx-1", "sip-1"]);
        expect(Object.keys(exported.extensions)).toEqual(expect.arrayContaining(["1001", "1002"]));
        const passwords = Object.values(exported.extensions).map(({ password }) => password);
        expect(new Set(passwords).size).toBe(passwords.length);
    });

    it("shows secrets only when asked", async () => {
        const { extensions } = await outputs();
        const { stdout } = await voip(["outputs", "--stack", stack, "--json"]);
        for (const { password } of Object.values(extensions)) expect(stdout).not.toContain(password);
    });

    it("gives VMs priority on the CPU, those with audio first, if the kernel supports it", async () => {
        const { dataDir } = stackPaths(stack);
        const groups = await Promise.all(
            ["media-1", "pbx-1", "sip-1"].map(async (vm) => {
                const { stdout } = await run(["pgrep", "--full", `guest=${vm},.*${dataDir}`]);
                const group = `/proc/${stdout.trim()}/autogroup`; // sched(7)
                return fs.existsSync(group) ? fs.readFileSync(group, "utf8").trim().split(" ").at(-1) : undefined;
            }),
        );
        if (groups[0] === undefined) expect(groups).toEqual([undefined, undefined, undefined]);
        else expect(groups).toEqual(["-15", "-15", "-10"]);
    });

    it("queues seconds of packets for a stalled VM", async () => {
        const queues = async (vm: string) => {
            const { stdout } = await virsh(stackPaths(stack).libvirtUri, ["domiflist", vm]);
            const devices = [...stdout.matchAll(/^\s*(vnet\d+)\s/gm)].map(([, device]) => device);
            expect(devices.length).toBeGreaterThan(0);
            const links = await run(enterLab(stack, ["ip", "-json", "link"]));
            return (JSON.parse(links.stdout) as { ifname: string; txqlen: number }[])
                .filter(({ ifname }) => devices.includes(ifname))
                .map(({ txqlen }) => txqlen);
        };
        for (const vm of ["media-1", "pbx-1", "sip-1"]) expect(new Set(await queues(vm))).toEqual(new Set([10_000]));
    });

    it("disables what stalls guests on a busy host", async () => {
        const sys =
            "/sys/devices/system/clocksource/clocksource0/current_clocksource /sys/kernel/mm/transparent_hugepage/enabled";
        for (const vm of ["media-1", "pbx-1", "sip-1"]) {
            const [clock, hugePages, fastStrings] = (
                await onVm(vm, `cat ${sys}; grep -cw erms /proc/cpuinfo || true`)
            ).split("\n");
            expect(hugePages).toBe("always madvise [never]");
            if (clock !== "kvm-clock") expect({ clock, fastStrings }).toEqual({ clock: "tsc", fastStrings: "0" });
        }
    });

    it("gives containers four times the CPU of everything else on their VM", async () => {
        for (const vm of ["pbx-1", "sip-1"]) {
            const weights = await onVm(vm, "cd /sys/fs/cgroup; cat docker/cpu.weight system.slice/cpu.weight");
            expect(weights.trim().split("\n")).toEqual(["100", "25"]);
        }
    });

    it("reports every VM and service as running", async () => {
        const status = await voipJson<Status>("status");
        expect(status.vms.map(({ name, state }) => `${name} ${state}`).sort()).toEqual([
            "media-1 running",
            "pbx-1 running",
            "sip-1 running",
        ]);
        expect(status.services.map(({ name, vm, state }) => `${name} on ${vm}: ${state}`).sort()).toEqual([
            "asterisk on pbx-1: running",
            "kamailio on sip-1: running",
            ...["media-1", "pbx-1", "sip-1"].map((vm) => `node-exporter on ${vm}: running`),
            "openbao on core: running",
            "pgbouncer on sip-1: running",
            "postgres on core: running",
            "rtpengine on media-1: running",
            ...["media-1", "pbx-1", "sip-1"].map((vm) => `sshd on ${vm}: running`),
            "valkey on core: running",
            "valkey-exporter on core: running",
            "valkey-link on sip-1: running",
            ...["media-1", "pbx-1", "sip-1"].map((vm) => `voip-agent on ${vm}: running`),
        ]);
    });

    it("reports every certificate with its expiry, and every secret with its age", async () => {
        const { certificates, secrets } = await voipJson<Status>("status");
        expect(certificates.map(({ name, vm }) => `${name} of ${vm}`).sort()).toEqual([
            "asterisk-cert of pbx-1",
            "kamailio-cert of sip-1",
            "openbao of core",
            "postgres of core",
            "valkey of core",
        ]);
        const [now, twoHours] = [Date.now(), 2 * 3600 * 1000];
        for (const ends of certificates.map(({ expiresAt }) => Date.parse(expiresAt))) {
            expect(ends).toBeGreaterThan(now);
            expect(ends).toBeLessThanOrEqual(now + twoHours);
        }
        expect(secrets.map(({ name, vm }) => `${name} of ${vm}`).sort()).toEqual([
            "asterisk-db of pbx-1",
            "kamailio-db of sip-1",
            "kamailio-route-key of sip-1",
            "kamailio-valkey of sip-1",
            "rtpengine of media-1",
        ]);
        for (const { name, ttlSeconds } of secrets) {
            // a lease is told with what is left of it when it is read
            if (["kamailio-route-key", "kamailio-valkey", "rtpengine"].includes(name)) expect(ttlSeconds).toBe(0);
            else expect(Math.abs(ttlSeconds - 3595)).toBeLessThanOrEqual(5);
        }
        for (const { ageSeconds } of secrets) expect(ageSeconds).toBeLessThanOrEqual(3600);
    });

    it.each([
        ["one command", ["--", "ssh", "sip-1", "hostname"], undefined],
        ["a person's shell", [], "ssh sip-1 hostname; exit\n"],
    ])("reaches a VM by its name from ./voip shell, %s", async (_, command, typed) => {
        const env = { ...process.env, SHELL: "/bin/bash" };
        const { stdout } = await voip(["shell", "--stack", stack, ...command], { input: typed, env });
        expect(stdout.trim()).toBe("sip-1");
    });

    it("lets RTPEngine forward only with the kernel module", async () => {
        const config = await onVm("media-1", "sudo cat /etc/rtpengine/rtpengine.conf");
        expect(config).toMatch(/^\s*table\s*=\s*0\s*$/m);
        expect(config).toMatch(/^\s*no-fallback\s*=\s*true\s*$/m);
        expect(await onVm("media-1", "cat /proc/modules")).toMatch(/^(nft_rtpengine|xt_RTPENGINE) /m);
    });

    it("keeps the passwords of the extensions out of the proxy's files", async () => {
        const { extensions } = await outputs();
        const files = await onVm("sip-1", "sudo find /etc/kamailio /etc/pgbouncer -type f -exec cat {} +");
        for (const { password } of Object.values(extensions)) expect(files).not.toContain(password);
    });
});
