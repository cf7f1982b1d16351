import { addressAt, parseAddress, parseCidr, type Cidr } from "./config/cidr";
import type { StackConfig } from "./config/stack-config";
import { phases, type ContainerName, type Phase, type Proxy } from "./config/types";
import { services, type ServiceName } from "./services/registry";
import type { HostKind, Port, Service } from "./services/service";

export type { ServiceName } from "./services/registry";
export type { Port } from "./services/service";

export const roles = ["sip", "pbx", "media"] as const;
export type Role = (typeof roles)[number];

export interface Nic {
    name: "eth0" | "eth1";
    network: "internal" | "external";
    address: string;
    prefix: number;
    mac: string;
    /** Default gateway of the guest; none in a lab. */
    gateway?: string;
}

/** A service on one host. */
export interface PlannedService {
    name: ServiceName;
    kind: "container" | "unit";
    /** Every socket that it listens on. */
    ports: readonly Port[];
}

/** A machine that services run on. */
export interface Host {
    name: string;
    services: PlannedService[];
}

export interface Vm extends Host {
    role: Role;
    vcpus: number;
    memoryMiB: number;
    diskGiB: number;
    hypervisor: "libvirt";
    libvirtUri: string;
    /** libvirt's storage pool for the VM's files; in a lab they are in the stack's directory. */
    libvirtPool?: string;
    /** eth0 first; only sip and media VMs have an eth1 (ADR-005). */
    nics: Nic[];
}

/** The machine that runs the core services, on the internal network. */
export interface CoreHost extends Host {
    address: string;
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
    /** None if the core services are external. */
    core?: CoreHost;
    /** Addresses of the lab's phones, on the external network. */
    phones: string[];
}

interface PhaseVm {
    name: string;
    role: Role;
    /** Number of its addresses within both networks (sip .10, media .20, pbx .30 and on). */
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

const reached = (phase: Phase, since: Phase): boolean => phases.indexOf(phase) >= phases.indexOf(since);

/** The VMs of a phase (ADR-002). */
export const vmsOf = (phase: Phase): PhaseVm[] => allVms.filter((vm) => reached(phase, vm.since));

type ServiceChoice = Pick<StackConfig, "phase" | "sipOwner"> & Partial<Pick<StackConfig, "core">>;

/** The services that a host runs: those of the first phase first (ADR-003). */
function servicesOn(host: HostKind, { phase, sipOwner, core = "embedded" }: ServiceChoice) {
    const rank = (service: Service): number => phases.indexOf(service.since({ sipOwner }));
    return services
        .filter((service) => service.hosts.includes(host) && reached(phase, service.since({ sipOwner })))
        .filter(({ needsOwnCore }: Service) => !needsOwnCore || core === "embedded")
        .sort((one, other) => rank(one) - rank(other));
}

const planned = (host: HostKind, config: StackConfig): PlannedService[] =>
    servicesOn(host, config).map((service) => ({
        name: service.name,
        kind: service.run.kind,
        ports: service.ports(config),
    }));

/** The containers of a phase, on all its VMs or on those of one role. */
export function containersOf(phase: Phase, sipOwner: Proxy, role?: Role): ContainerName[] {
    const on = (role ? [role] : roles).flatMap((each) => servicesOn(each, { phase, sipOwner }));
    return on.filter(({ run }) => run.kind === "container").map(({ name }) => name as ContainerName);
}

const sizes: Record<"lab" | "hosts", Record<Role, { vcpus: number; memoryMiB: number }>> = {
    // One vCPU each: under TCG a second one costs more than it helps when guests share two cores.
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
            services: planned(role, config),
        };
    });
    const hostAddress = addressAt(internal, 1);
    const core = { name: "core", address: hostAddress, services: planned("core", config) };
    return {
        phase: config.phase,
        sipOwner: config.sipOwner,
        networks: {
            internal: {
                cidr: config.internalCidr,
                prefix: internal.prefix,
                bridge: config.internalBridge,
                hostAddress,
            },
            external: { cidr: config.externalCidr, prefix: external.prefix, bridge: config.externalBridge },
        },
        vms,
        ...(config.core === "embedded" ? { core } : {}),
        phones: config.lab ? Array.from({ length: phoneCount }, (_, n) => addressAt(external, 101 + n)) : [],
    };
}

/** The address of a VM's interface. */
export function addressOf(vm: Vm, network: Nic["network"]): string {
    const found = vm.nics.find((candidate) => candidate.network === network);
    if (!found) throw new Error(`${vm.name} has no ${network} interface.`);
    return found.address;
}

/** The addresses in a VM's certificates, in the order of their request: as phones know it, then as the platform does. */
export const certifiedAddresses = ({ nics }: Vm): string[] =>
    (["external", "internal"] as const).flatMap((network) =>
        nics.filter((nic) => nic.network === network).map(({ address }) => address),
    );

/** The VMs of a role, in the plan's order. */
export const withRole = (topology: Topology, role: Role): Vm[] => topology.vms.filter((vm) => vm.role === role);

/** The machine with the core services. @throws Error if they are external */
export function coreOf({ core }: Topology): CoreHost {
    if (!core) throw new Error("the core services are not this stack's");
    return core;
}

/** The port of a service by its name in the plan; undefined if the host does not run the service. */
export function portOf(host: Host, service: ServiceName, port: string): number | undefined {
    const ports = host.services.find((candidate) => candidate.name === service)?.ports;
    return ports?.find((candidate) => candidate.name === port)?.port;
}

/** The same if the host must run the service. @throws Error if it does not, or has no such port */
export function plannedPort(host: Host, service: ServiceName, port: string): number {
    const found = portOf(host, service, port);
    if (found === undefined) throw new Error(`${host.name} has no port ${port} of ${service}`);
    return found;
}
