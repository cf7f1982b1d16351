import * as fc from "fast-check";
import { phases, projectSchema, proxies, validateConfig, type Phase, type StackConfig } from "../../../config";
import { parseAddress } from "../../../config/cidr";
import { conflicts } from "../../../config/conflicts";
import { addressOf, containersOf, plan, withRole } from "../../../topology";

const schema = projectSchema();
const base = (() => {
    const result = validateConfig(schema, {}, "/");
    if ("problems" in result) throw new Error(result.problems.join("\n"));
    return result.config;
})();

/** Any configuration that the rules accept, as far as it shapes the plan. */
const configs: fc.Arbitrary<StackConfig> = fc
    .record({
        phase: fc.constantFrom(...phases),
        lab: fc.boolean(),
        sipOwner: fc.constantFrom(...proxies),
        internal: fc.integer({ min: 0, max: 127 }),
        external: fc.integer({ min: 128, max: 255 }),
        prefix: fc.integer({ min: 16, max: 24 }),
        asterisk: fc.integer({ min: 20_001, max: 65_535 }), // clear of the range for RTP
    })
    .map(({ internal, external, prefix, asterisk, ...rest }) => ({
        ...base,
        ...rest,
        internalCidr: `10.${internal}.0.0/${prefix}`,
        externalCidr: `10.${external}.0.0/${prefix}`,
        ports: { ...base.ports, asterisk },
    }));

const property = (check: (config: StackConfig) => void) => fc.assert(fc.property(configs, check), { numRuns: 300 });

const unique = (things: unknown[]) => expect(new Set(things).size).toBe(things.length);

test("no address and no MAC address twice", () => {
    property((config) => {
        const { vms, phones, networks } = plan(config);
        const nics = vms.flatMap((vm) => vm.nics);
        unique([...nics.map((nic) => nic.address), ...phones, networks.internal.hostAddress]);
        unique(nics.map((nic) => nic.mac));
    });
});

test("no port twice on a host, in a range neither", () => {
    property((config) => {
        const { vms, core } = plan(config);
        for (const host of [...vms, ...(core ? [core] : [])]) {
            const ports = host.services.flatMap((service) => service.ports);
            for (const protocol of ["udp", "tcp", "unix"]) {
                const taken = ports.filter((port) => port.protocol === protocol);
                const numbers = taken.flatMap(({ port, last = port }) =>
                    Array.from({ length: last - port + 1 }, (_, index) => port + index),
                );
                unique(numbers);
            }
        }
    });
});

test("the core host has its services where they are the stack's own", () => {
    const names = (config: StackConfig) => plan(config).core?.services.map(({ name }) => name);
    expect(names(base)).toEqual(["openbao", "postgres", "valkey", "valkey-exporter"]);
    expect(names({ ...base, core: "external" })).toBeUndefined();
    const ports = { ...base.ports, postgres: 8201 };
    expect(conflicts(plan({ ...base, ports }))).toEqual([
        "Port 8201/tcp of core has two owners, openbao (cluster) and postgres (sql): exactly one is allowed.",
    ]);
});

test("a PBX has no external interface, sip and media VMs have one", () => {
    property((config) => {
        for (const vm of plan(config).vms) {
            const networks = vm.nics.map((nic) => nic.network);
            expect(networks).toEqual(vm.role === "pbx" ? ["internal"] : ["internal", "external"]);
            expect(vm.nics.map((nic) => nic.name)).toEqual(["eth0", "eth1"].slice(0, networks.length));
        }
    });
});

test("a phase only adds to the one before: VMs, services, ports, addresses", () => {
    property((config) => {
        phases.slice(1).forEach((phase, index) => {
            const before = plan({ ...config, phase: phases[index] });
            const after = plan({ ...config, phase });
            for (const vm of before.vms) {
                const same = after.vms.find((candidate) => candidate.name === vm.name);
                expect(same).toMatchObject({ ...vm, services: expect.arrayContaining(vm.services) as unknown });
            }
        });
    });
});

test("exactly one proxy owns 5060 on each sip VM, and it is sipOwner", () => {
    property((config) => {
        for (const vm of withRole(plan(config), "sip")) {
            const owners = vm.services.filter((service) => service.ports.some((port) => port.port === 5060));
            expect(owners.map((service) => service.name)).toEqual([config.sipOwner]);
        }
    });
});

test("the MAC address ends in the last byte of the address, 34 inside and 35 outside", () => {
    property((config) => {
        for (const nic of plan(config).vms.flatMap((vm) => vm.nics)) {
            const last = ((parseAddress(nic.address) ?? 0) % 256).toString(16).padStart(2, "0");
            expect(nic.mac).toBe(`52:54:00:12:${nic.name === "eth0" ? "34" : "35"}:${last}`);
        }
    });
});

test("every address is in its network", () => {
    property((config) => {
        const topology = plan(config);
        for (const nic of topology.vms.flatMap((vm) => vm.nics)) {
            const start = topology.networks[nic.network].cidr.split(".").slice(0, 2).join(".");
            expect(nic.address.startsWith(`${start}.0.`)).toBe(true);
        }
    });
});

test("a plan has no conflicts", () => {
    property((config) => expect(conflicts(plan(config))).toEqual([]));
});

test("conflicts name both owners", () => {
    const ports = { ...base.ports, ng: 10050, asterisk: 22 };
    const vms = { "media-1": { internalAddress: "192.168.64.1" } };
    expect(conflicts(plan({ ...base, ports, vms }))).toEqual([
        "Address 192.168.64.1 has two owners, the host and media-1: exactly one is allowed.",
        "Port 10050/udp of media-1 has two owners, rtpengine (ng) and rtpengine (rtp): exactly one is allowed.",
    ]);
});

test("the addresses of phase 2 are those of the conventions", () => {
    const topology = plan({ ...base, phase: "2" });
    const internal = Object.fromEntries(topology.vms.map((vm) => [vm.name, addressOf(vm, "internal")]));
    expect(internal).toEqual({
        "sip-1": "192.168.64.10",
        "sip-2": "192.168.64.11",
        "media-1": "192.168.64.20",
        "media-2": "192.168.64.21",
        "media-3": "192.168.64.22",
        "pbx-1": "192.168.64.30",
        "pbx-2": "192.168.64.31",
    });
    expect(topology.phones[0]).toBe("10.64.0.101");
});

test.each<[Phase, string[]]>([
    ["1", ["kamailio", "asterisk"]],
    ["1.5", ["kamailio", "opensips", "asterisk"]],
    ["2", ["kamailio", "opensips", "asterisk"]],
    ["2.5", ["kamailio", "opensips", "asterisk", "freeswitch"]],
    ["3", ["kamailio", "opensips", "asterisk", "freeswitch", "janus"]],
    ["4", ["kamailio", "opensips", "asterisk", "freeswitch", "janus"]],
])("phase %s runs %j", (phase, containers) => expect(containersOf(phase, "kamailio")).toEqual(containers));

test("outside the lab the VMs have their full size", () => {
    const vms = plan({ ...base, lab: false, vms: { "pbx-1": { memoryMiB: 8192 } } }).vms;
    expect(vms.map((vm) => [vm.name, vm.vcpus, vm.memoryMiB])).toEqual([
        ["sip-1", 2, 2048],
        ["media-1", 4, 4096],
        ["pbx-1", 2, 8192],
    ]);
});

test("the external gateway is that of every VM with an external interface, and there is none without", () => {
    const gateways = (externalGateway: string) =>
        plan({ ...base, externalGateway }).vms.flatMap((vm) => vm.nics.map(({ name, gateway }) => [name, gateway]));
    const external = gateways("10.64.0.1").filter(([name]) => name === "eth1");
    expect(external.length).toBeGreaterThan(0);
    expect(external.every(([, gateway]) => gateway === "10.64.0.1")).toBe(true);
    expect(
        gateways("10.64.0.1")
            .filter(([name]) => name === "eth0")
            .every(([, gateway]) => gateway === undefined),
    ).toBe(true);
    expect(gateways("").every(([, gateway]) => gateway === undefined)).toBe(true);
});
