import { addressAt, parseAddress, parseCidr, type Cidr } from "./config/cidr";
import { phases, type ContainerName, type Phase, type Ports, type Proxy, type StackConfig } from "./config/types";

export type Role = "sip" | "pbx" | "media";
export type ServiceName = ContainerName | "rtpengine" | "pgbouncer";

export interface Nic {
    name: "eth0" | "eth1";
    network: "internal" | "external";
    address: string;
    prefix: number;
    mac: string;
    /** Default gateway of the guest; none in the lab. */
    gateway?: string;
}

export interface Port {
    /** What speaks on it, such as sip, tls, ng. */
    name: string;
    /** Of unix, the number is in the name of a socket on the VM itself. */
    protocol: "udp" | "tcp" | "unix";
    port: number;
    /** Last port of a range that starts with `port`. */
    last?: number;
}

export interface Service {
    name: ServiceName;
    kind: "container" | "unit";
    ports: Port[];
}

export interface Vm {
    name: string;
    role: Role;
    vcpus: number;
    memoryMiB: number;
    diskGiB: number;
    hypervisor: "libvirt";
    libvirtUri: string;
    /** libvirt's storage pool for the VM's files; in the lab they are in the stack's directory. */
    libvirtPool?: string;
    /** eth0 first; only sip and media VMs have an eth1 (ADR-005). */
    nics: Nic[];
    services: Service[];
}

export interface NetworkPlan {
    cidr: string;
    prefix: number;
    bridge: string;
    /** The host's own address in the network; none in the external one. */
    hostAddress?: string;
}

export interface Topology {
    phase: Phase;
    /** The proxy on port 5060. */
    sipOwner: Proxy;
    networks: { internal: NetworkPlan & { hostAddress: string }; external: NetworkPlan };
    vms: Vm[];
    /** Addresses of the lab's phones, on the external network. */
    phones: string[];
}

interface PhaseVm {
    name: string;
    role: Role;
    /** Number of its addresses within both networks (CONVENTIONS: sip .10, media .20, pbx .30 and on). */
    host: number;
    since: Phase;
}

const allVms: PhaseVm[] = [
    { name: "sip-1", role: "sip", host: 10, since: "1" },
    { name: "media-1", role: "media", host: 20, since: "1" },
    { name: "pbx-1", role: "pbx", host: 30, since: "1" },
    { name: "sip-2", role: "sip", host: 11, since: "2" },
    { name: "media-2", role: "media", host: 21, since: "2" },
    { name: "media-3", role: "media", host: 22, since: "2" },
    { name: "pbx-2", role: "pbx", host: 31, since: "2" },
];

/** Run by systemd, from a Debian package of the VM's image. */
const units = ["rtpengine", "pgbouncer"] as const;
const isUnit = (service: ServiceName): service is (typeof units)[number] =>
    (units as readonly ServiceName[]).includes(service);

const reached = (phase: Phase, since: Phase): boolean => phases.indexOf(phase) >= phases.indexOf(since);

/** The VMs of a phase (ADR-002). */
export const vmsOf = (phase: Phase): PhaseVm[] => allVms.filter((vm) => reached(phase, vm.since));

/** The services that a VM of the role runs (ADR-003: one proxy and one PBX first, the alternatives in later phases). */
function servicesOf(role: Role, phase: Phase, sipOwner: Proxy): ServiceName[] {
    const other: Proxy = sipOwner === "kamailio" ? "opensips" : "kamailio";
    const since: Record<Role, [Phase, ServiceName][]> = {
        sip: [["1", sipOwner], ["1", "pgbouncer"], ["1.5", other]], // prettier-ignore
        pbx: [["1", "asterisk"], ["2.5", "freeswitch"]], // prettier-ignore
        media: [["1", "rtpengine"], ["3", "janus"]], // prettier-ignore
    };
    return since[role].filter(([start]) => reached(phase, start)).map(([, name]) => name);
}

export const roles: readonly Role[] = ["sip", "pbx", "media"];

/** The containers of a phase, over all its VMs or those of one role. */
export function containersOf(phase: Phase, sipOwner: Proxy, role?: Role): ContainerName[] {
    const names = (role ? [role] : roles).flatMap((each) => servicesOf(each, phase, sipOwner));
    return names.filter((name): name is ContainerName => !isUnit(name));
}

function proxyPorts(ports: Ports, owner: boolean): Port[] {
    const [sip, tls, ws, wss] = owner
        ? [ports.sip, ports.sipTls, ports.ws, ports.wss]
        : [ports.otherSip, ports.otherSipTls, ports.otherWs, ports.otherWss];
    return [
        { name: "udp", protocol: "udp", port: sip },
        { name: "tcp", protocol: "tcp", port: sip },
        { name: "tls", protocol: "tcp", port: tls },
        { name: "ws", protocol: "tcp", port: ws },
        { name: "wss", protocol: "tcp", port: wss },
    ];
}

function portsOf(service: ServiceName, ports: Ports, sipOwner: Proxy): Port[] {
    switch (service) {
        case "kamailio":
        case "opensips":
            return proxyPorts(ports, service === sipOwner);
        case "asterisk":
            return [
                { name: "sip", protocol: "udp", port: ports.asterisk },
                { name: "tls", protocol: "tcp", port: ports.asteriskTls },
            ];
        case "freeswitch":
            return [{ name: "sip", protocol: "udp", port: ports.freeswitch }];
        case "pgbouncer":
            return [{ name: "sql", protocol: "unix", port: ports.pgbouncer }];
        case "rtpengine":
            return [
                { name: "ng", protocol: "udp", port: ports.ng },
                { name: "cli", protocol: "tcp", port: ports.ngCli },
                { name: "rtp", protocol: "udp", port: ports.rtpMin, last: ports.rtpMax },
            ];
        case "janus":
            return [];
    }
}

const sizes: Record<"lab" | "hosts", Record<Role, { vcpus: number; memoryMiB: number }>> = {
    // One vCPU each: under TCG a second one costs more than it brings where guests share two cores.
    lab: {
        sip: { vcpus: 1, memoryMiB: 1024 },
        pbx: { vcpus: 1, memoryMiB: 1024 },
        media: { vcpus: 1, memoryMiB: 1024 },
    },
    hosts: {
        sip: { vcpus: 2, memoryMiB: 2048 },
        pbx: { vcpus: 2, memoryMiB: 4096 },
        media: { vcpus: 4, memoryMiB: 4096 },
    },
};

const twoDigits = (byte: number): string => byte.toString(16).padStart(2, "0");

function nic(network: Nic["network"], address: string, prefix: number): Nic {
    const mac = `52:54:00:12:${network === "internal" ? "34" : "35"}:${twoDigits((parseAddress(address) ?? 0) % 256)}`;
    return { name: network === "internal" ? "eth0" : "eth1", network, address, prefix, mac };
}

const cidrOf = (text: string): Cidr => {
    const cidr = parseCidr(text);
    if (!cidr) throw new Error(`${JSON.stringify(text)} is not an IPv4 network such as 192.168.64.0/24.`);
    return cidr;
};

/** Number of phones the lab has addresses for, from .101 on. */
const phoneCount = 10;

/**
 * The whole platform as a pure function of its checked configuration: VMs, interfaces, addresses, ports, services.
 * @throws Error only for a configuration that `validateConfig` refuses
 */
export function plan(config: StackConfig): Topology {
    const internal = cidrOf(config.internalCidr);
    const external = cidrOf(config.externalCidr);
    const vms = vmsOf(config.phase).map(({ name, role, host }): Vm => {
        const override = config.vms[name] ?? {};
        const nics = [nic("internal", override.internalAddress ?? addressAt(internal, host), internal.prefix)];
        if (role !== "pbx") {
            const gateway = config.externalGateway ? { gateway: config.externalGateway } : {};
            const address = override.externalAddress ?? addressAt(external, host);
            nics.push({ ...nic("external", address, external.prefix), ...gateway });
        }
        const services = servicesOf(role, config.phase, config.sipOwner).map((service): Service => ({
            name: service,
            kind: isUnit(service) ? "unit" : "container",
            ports: portsOf(service, config.ports, config.sipOwner),
        }));
        const size = sizes[config.lab ? "lab" : "hosts"][role];
        return {
            name,
            role,
            vcpus: override.vcpus ?? size.vcpus,
            memoryMiB: override.memoryMiB ?? size.memoryMiB,
            diskGiB: override.diskGiB ?? 20,
            hypervisor: config.hypervisor,
            libvirtUri: override.libvirtUri ?? config.libvirtUri,
            ...(config.lab ? {} : { libvirtPool: config.libvirtPool }),
            nics,
            services,
        };
    });
    return {
        phase: config.phase,
        sipOwner: config.sipOwner,
        networks: {
            internal: {
                cidr: config.internalCidr,
                prefix: internal.prefix,
                bridge: config.internalBridge,
                hostAddress: addressAt(internal, 1),
            },
            external: { cidr: config.externalCidr, prefix: external.prefix, bridge: config.externalBridge },
        },
        vms,
        phones: config.lab ? Array.from({ length: phoneCount }, (_, n) => addressAt(external, 101 + n)) : [],
    };
}

/** The address of a VM's interface. */
export function addressOf(vm: Vm, network: Nic["network"]): string {
    const found = vm.nics.find((candidate) => candidate.network === network);
    if (!found) throw new Error(`${vm.name} has no ${network} interface.`);
    return found.address;
}

/** The VMs of a role, in the plan's order. */
export const withRole = (topology: Topology, role: Role): Vm[] => topology.vms.filter((vm) => vm.role === role);

/** The port of a service by its name in the plan; undefined where the VM does not run the service. */
export function portOf(vm: Vm, service: ServiceName, port: string): number | undefined {
    const ports = vm.services.find((candidate) => candidate.name === service)?.ports;
    return ports?.find((candidate) => candidate.name === port)?.port;
}
