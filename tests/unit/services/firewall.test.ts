import { phases, projectSchema, validateConfig, type Phase } from "../../../config";
import { firewallFiles } from "../../../services/firewall/files";
import { addressOf, plan, type Topology, type Vm } from "../../../topology";

const planOf = (phase: Phase): Topology => {
    const result = validateConfig(projectSchema(), {}, "/");
    if ("problems" in result) throw new Error(result.problems.join("\n"));
    return plan({ ...result.config, phase });
};

/** The rules of a VM that name ports. */
function rules({ vms }: Topology, { nics, services }: Vm): string[] {
    const peers = vms.map((vm) => ({ role: vm.role, address: addressOf(vm, "internal") }));
    const [{ content }] = firewallFiles({ nics, ports: services.flatMap(({ ports }) => ports), vms: peers });
    return content
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line.includes("dport"));
}

/** A rule that accepts connections, after one that limits their rate for each address. */
const limited = (rule: string): string[] => [
    rule.replace(/ accept$/, " add @connecting { ip saddr limit rate over 50/second burst 200 packets } drop"),
    rule,
];

const rulesOf = (phase: Phase, name: string): string[] => {
    const topology = planOf(phase);
    return rules(
        topology,
        topology.vms.find((vm) => vm.name === name)!,
    );
};

describe("a firewall lets in from the internal network only the clients of each socket", () => {
    const vms = "192.168.64.10, 192.168.64.20, 192.168.64.30";

    test("of a proxy", () =>
        expect(rulesOf("1", "sip-1")).toEqual([
            'iifname "eth1" udp dport { 5060 } add @sending { ip saddr limit rate over 1000/second burst 2000 packets } drop',
            'iifname "eth0" ip saddr { 192.168.64.30 } ip daddr 192.168.64.10 udp dport { 5060 } notrack accept',
            'iifname "eth1" ip daddr 10.64.0.10 udp dport { 5060 } notrack accept',
            'iifname "eth0" ip saddr { 192.168.64.30 } udp dport { 5060 } accept',
            ...limited('iifname "eth0" ip saddr { 192.168.64.30 } tcp dport { 5060 } accept'),
            ...limited(`iifname "eth0" ip saddr != { ${vms} } tcp dport { 9494, 9100, 22 } accept`),
            'iifname "eth1" udp dport { 5060 } accept',
            ...limited('iifname "eth1" tcp dport { 5060, 5061 } accept'),
        ]));

    test("of a media server", () =>
        expect(rulesOf("1", "media-1")).toEqual([
            'iifname "eth0" ip saddr { 192.168.64.10 } ip daddr 192.168.64.20 udp dport { 22222 } notrack accept',
            'iifname "eth0" ip saddr { 192.168.64.30 } ip daddr 192.168.64.20 udp dport { 10000-20000 } notrack accept',
            'iifname "eth1" ip daddr 10.64.0.20 udp dport { 10000-20000 } notrack accept',
            'iifname "eth0" ip saddr { 192.168.64.10 } udp dport { 22222 } accept',
            'iifname "eth0" ip saddr { 192.168.64.30 } udp dport { 10000-20000 } accept',
            ...limited(`iifname "eth0" ip saddr != { ${vms} } tcp dport { 9100, 22 } accept`),
            'iifname "eth1" udp dport { 10000-20000 } accept',
        ]));

    test("of a PBX", () =>
        expect(rulesOf("1", "pbx-1")).toEqual([
            'iifname "eth0" ip saddr { 192.168.64.10 } ip daddr 192.168.64.30 udp dport { 5080 } notrack accept',
            'iifname "eth0" ip saddr { 192.168.64.20 } ip daddr 192.168.64.30 udp dport { 10000-20000 } notrack accept',
            'iifname "eth0" ip saddr { 192.168.64.10 } udp dport { 5080 } accept',
            'iifname "eth0" ip saddr { 192.168.64.20 } udp dport { 10000-20000 } accept',
            ...limited('iifname "eth0" ip saddr { 192.168.64.10 } tcp dport { 5081 } accept'),
            ...limited(`iifname "eth0" ip saddr != { ${vms} } tcp dport { 9100, 22 } accept`),
        ]));
});

describe("with several VMs of a tier", () => {
    const proxies = "192.168.64.10, 192.168.64.11";
    const relays = "192.168.64.20, 192.168.64.21, 192.168.64.22";
    const pbxs = "192.168.64.30, 192.168.64.31";
    const notrack = (rule: string): boolean => rule.startsWith('iifname "eth0"') && rule.endsWith("notrack accept");

    test("a firewall has them all, in the plan's order", () => {
        expect(rulesOf("2", "sip-2").filter(notrack)).toEqual([
            `iifname "eth0" ip saddr { ${pbxs} } ip daddr 192.168.64.11 udp dport { 5060, 5070 } notrack accept`,
        ]);
        expect(rulesOf("2", "media-3").filter(notrack)).toEqual([
            `iifname "eth0" ip saddr { ${proxies} } ip daddr 192.168.64.22 udp dport { 22222 } notrack accept`,
            `iifname "eth0" ip saddr { ${pbxs} } ip daddr 192.168.64.22 udp dport { 10000-20000 } notrack accept`,
        ]);
        expect(rulesOf("2", "pbx-1").filter(notrack)).toEqual([
            `iifname "eth0" ip saddr { ${proxies} } ip daddr 192.168.64.30 udp dport { 5080 } notrack accept`,
            `iifname "eth0" ip saddr { ${relays} } ip daddr 192.168.64.30 udp dport { 10000-20000 } notrack accept`,
        ]);
    });

    test("no VM logs in to another, nor reads its metrics", () => {
        const { vms } = planOf("2");
        const all = vms.map((vm) => addressOf(vm, "internal")).join(", ");
        for (const { name, role } of vms) {
            const ports = role === "sip" ? "9494, 9100, 22" : "9100, 22";
            expect(rulesOf("2", name)).toContain(`iifname "eth0" ip saddr != { ${all} } tcp dport { ${ports} } accept`);
        }
    });
});

test.each(phases)("no rule of phase %s is for nobody, or for everybody inside", (phase) => {
    const topology = planOf(phase);
    const inside = topology.vms.flatMap((vm) => rules(topology, vm)).filter((rule) => rule.includes('"eth0"'));
    expect(inside.length).toBeGreaterThan(0);
    for (const rule of inside) expect(rule).toMatch(/ ip saddr (!= )?\{ \d[\d., ]* \} /);
});
