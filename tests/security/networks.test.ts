import { shellWord } from "../../clients/ssh";
import type { PlatformOutputs } from "../../contract";
import { enterLab } from "../../lab/lab";
import { runProgram } from "../../process/program";
import { run } from "../../process/run";
import { waitFor } from "../../process/wait";
import { probeOf } from "../../providers/service/probe";
import { serviceNamed } from "../../services/registry";
import type { HostKind, Port } from "../../services/service";
import { stack } from "../stack/environment";
import { broughtUp, enterPhones, onVm, outputs } from "../stack/platform";
import type { ScanJob, ScanReport } from "./scan-main";

interface Link {
    ifname: string;
    address: string;
    addr_info: { local: string }[];
}

const links = async (enter: string[]): Promise<Link[]> =>
    JSON.parse((await run([...enter, "ip", "-json", "address"])).stdout) as Link[];
const inPhones = (argv: string[]) => run([...enterPhones, ...argv]);
const phoneDevice = async (): Promise<string> => {
    const [first] = platform.lab.phoneAddresses;
    return (await links(enterPhones)).find(({ addr_info }) => addr_info.some(({ local }) => local === first))!.ifname;
};
const scan = (job: Partial<ScanJob> & { address: string }): Promise<ScanReport> =>
    runProgram<ScanReport>(
        "tests/security/scan-main.ts",
        { tcp: [], udp: [], timeoutMs: 1000, atOnce: 200, ...job },
        (argv) => [...enterPhones, ...argv],
    );

let platform: PlatformOutputs;
beforeAll(async () => {
    await broughtUp();
    platform = await outputs();
});

describe("the host of a lab", () => {
    const gateway = "10.64.0.250";
    let target: string;
    let device: string;

    beforeAll(async () => {
        target = platform.pbxs[0].address;
        device = await phoneDevice();
        const bridge = (await links(enterLab(stack, []))).find(({ ifname }) => ifname === "br-ext")!;
        await inPhones([
            "ip",
            "neigh",
            "replace",
            gateway,
            "lladdr",
            bridge.address,
            "dev",
            device,
            "nud",
            "permanent",
        ]);
        await inPhones(["ip", "route", "replace", `${target}/32`, "via", gateway]);
    });
    afterAll(async () => {
        await inPhones(["ip", "route", "del", `${target}/32`]);
        await inPhones(["ip", "neigh", "del", gateway, "dev", device]);
    });

    it("passes no packet from the external network on to the internal one", async () => {
        const filter = ["udp", "and", "dst", target, "and", "dst", "port", "9"];
        const seen = run(enterLab(stack, ["timeout", "20", "tcpdump", "-i", "br-int", "-nn", "-c", "1", ...filter]));
        await inPhones(["bash", "-c", `for n in {1..12}; do echo >/dev/udp/${target}/9; sleep 0.5; done`]);
        // a packet of the host itself is seen, or this would see none of a stranger either
        await run(enterLab(stack, ["bash", "-c", `echo >/dev/udp/${target}/9`]));
        const { core } = await outputs();
        expect((await seen).stdout).toContain(`IP ${core.postgresHost}.`);
    });
});

describe("a VM that boots", () => {
    it("has its firewall before its addresses", async () => {
        for (const vm of Object.keys(platform.vms)) {
            // the file that a boot reads: a VM that was restored from memory has not booted
            const unit = "/etc/systemd/system/voip-identity.service";
            const said = await onVm(vm, `systemctl is-enabled nftables; grep -E "^(After|Requires)=" ${unit}`);
            expect(said).toBe("enabled\nRequires=nftables.service\nAfter=nftables.service\n");
        }
    });
});

describe("a host of the internal network", () => {
    interface Socket extends Port {
        label: string;
        address: string;
        /** For UDP: what it answers. */
        request: string;
    }

    /** The sockets of a VM that listen there, a range apart: that does during a call only. */
    const socketsOf = (vm: string): Socket[] =>
        platform.services
            .filter((service) => service.vm === vm)
            .flatMap(({ name, ports }) => {
                const { health } = serviceNamed(name);
                const address = platform.vms[vm].addresses.eth0;
                const requestTo = ({ protocol, port }: Port): string => {
                    if (protocol === "tcp") return "";
                    if (health.kind !== "sip" && health.kind !== "ng") throw new Error(`what does ${name} answer?`);
                    return probeOf({ protocol: health.kind, address, port, user: "" }).request;
                };
                return ports
                    .filter(({ clients, last }) => clients.length > 0 && last === undefined)
                    .map((port) => ({
                        ...port,
                        label: `${vm}: ${name} ${port.name}`,
                        address,
                        request: requestTo(port),
                    }));
            });

    /** Bash that prints the labels of those that it reaches. Each has ten seconds: a VM may be slow, and a datagram get lost. */
    const probes = (sockets: Socket[]): string =>
        [
            "exec 2>/dev/null",
            `tcp() { timeout 10 bash -c ": </dev/tcp/$2/$3" && echo "$1"; }`,
            "udp() {",
            `    exec 3<>"/dev/udp/$2/$3"`,
            "    for n in 1 2 3; do",
            `        base64 -d <<<"$4" >&3`,
            `        if [ "$(timeout 3 dd bs=4096 count=1 <&3 | wc -c)" -gt 0 ]; then echo "$1"; return; fi`,
            "    done",
            "}",
            ...sockets.map(({ protocol, label, address, port, request }) => {
                const words = [label, address, String(port), Buffer.from(request).toString("base64")];
                return `${protocol} ${words.map(shellWord).join(" ")} &`;
            }),
            "wait",
        ].join("\n");

    /** Labels of the sockets that a host reaches, and of those that it is to reach: its own, by which the probes are seen to work, too. */
    async function reach(host: string, kind: HostKind, ask: (script: string) => Promise<string>) {
        // each host has requests of its own: the answer to one that was seen before goes to who sent it first
        const sockets = Object.keys(platform.vms).map((vm) => ({ vm, all: socketsOf(vm) }));
        const reached = await ask(probes(sockets.flatMap(({ all }) => all)));
        const planned = sockets.flatMap(({ vm, all }) =>
            all.filter(({ clients }) => vm === host || clients.includes(kind)).map(({ label }) => label),
        );
        return { host, reached: reached.split("\n").filter(Boolean).sort(), planned: planned.sort() };
    }

    it("reaches its own sockets and those that it is a client of, and no others", async () => {
        const vms = Object.entries(platform.vms).map(([vm, { role }]) =>
            reach(vm, role, (script) => onVm(vm, `bash -c ${shellWord(script)}`)),
        );
        const core = reach(
            "core",
            "core",
            async (script) => (await run(enterLab(stack, ["bash", "-c", script]))).stdout,
        );
        const found = await Promise.all([...vms, core]);
        expect(found.map(({ host, reached }) => ({ host, reached }))).toEqual(
            found.map(({ host, planned }) => ({ host, reached: planned })),
        );
        const byHost = Object.fromEntries(found.map(({ host, reached }) => [host, reached]));
        expect(byHost["sip-1"]).toContain("media-1: rtpengine ng");
        expect(byHost["pbx-1"]).not.toContain("media-1: rtpengine ng");
        expect(byHost.core).toContain("media-1: sshd ssh");
    });
});

describe("a stranger on the external network", () => {
    const everyPort = Array.from({ length: 65_535 }, (_, index) => index + 1);
    const edges = () => [...platform.proxies, ...platform.mediaServers];

    const planned = (vm: string, wanted: "udp" | "tcp"): number[] =>
        platform.services
            .filter((service) => service.vm === vm)
            .flatMap(({ ports }) => ports)
            .filter(({ protocol, sides }) => protocol === wanted && sides.includes("external"))
            .map(({ port }) => port);

    it("finds the planned ports open, and no others", async () => {
        for (const { name, external } of edges()) {
            const { tcp } = await scan({ address: external, tcp: everyPort, timeoutMs: 500, atOnce: 2000 });
            expect({ name, tcp }).toEqual({ name, tcp: planned(name, "tcp").sort((a, b) => a - b) });
        }
    });

    it("reaches no internal address by the external interface of its host", async () => {
        const options = [
            "OPTIONS sip:sip.local SIP/2.0",
            "Via: SIP/2.0/UDP 10.64.0.101:5099;branch=z9hG4bK-scan;rport",
            ...["From: <sip:scan@sip.local>;tag=1", "To: <sip:sip.local>", "Call-ID: scan", "CSeq: 1 OPTIONS"],
            ...["Max-Forwards: 70", "Content-Length: 0", "", ""],
        ].join("\r\n");
        const udp = [
            { port: 22222, text: "1_1 d7:command4:pinge" }, // RTPEngine's ng protocol
            { port: 5060, text: options },
        ];
        for (const { internal, external } of edges()) {
            await inPhones(["ip", "route", "replace", `${internal}/32`, "via", external]);
            try {
                const found = await scan({ address: internal, tcp: [22, 5060, 5061, 9100, 9494], udp });
                expect({ internal, ...found }).toEqual({ internal, tcp: [], udp: [] });
            } finally {
                await inPhones(["ip", "route", "del", `${internal}/32`]);
            }
        }
    });

    it("gains nothing inside by spoofing an address", async () => {
        const [{ address: pbx }] = platform.pbxs;
        const device = await phoneDevice();
        /** Packets whose source can't come from where they came (rp_filter). */
        const refused = async (vm: string): Promise<number> => {
            const lines = (await onVm(vm, "grep ^TcpExt: /proc/net/netstat")).trim().split("\n");
            const [names, values] = lines.map((line) => line.split(" "));
            return Number(values[names.indexOf("IPReversePathFilter")]);
        };
        await inPhones(["ip", "address", "add", `${pbx}/32`, "dev", device]);
        try {
            for (const { name, external } of edges()) {
                const [port] = planned(name, "udp");
                const before = await refused(name);
                await inPhones(["ip", "route", "replace", `${external}/32`, "dev", device, "src", pbx]);
                try {
                    await inPhones(["bash", "-c", `for n in {1..5}; do echo >/dev/udp/${external}/${port}; done`]);
                } finally {
                    await inPhones(["ip", "route", "del", `${external}/32`]);
                }
                await waitFor(
                    `${name} to refuse five packets`,
                    async () => (await refused(name)) - before >= 5 || undefined,
                    {
                        deadlineMs: 10_000,
                    },
                );
            }
        } finally {
            await inPhones(["ip", "address", "del", `${pbx}/32`, "dev", device]);
        }
    });
});
