import type { HostKind, Port } from "./services/service";

/** A service on one host. */
export interface ServiceOutput {
    name: string;
    /** Name of the VM; `core` for the machine that runs the core services. */
    vm: string;
    kind: "container" | "unit";
    /** systemd unit, for kind unit. */
    unit?: string;
    /** Every socket that it listens on. */
    ports: Port[];
}

export interface VmOutput {
    role: Exclude<HostKind, "core">;
    /** The machine that runs the VM. */
    host: string;
    /** libvirt that runs it. */
    libvirtUri: string;
    addresses: { eth0: string; eth1?: string };
    services: string[];
}

export interface ProxyOutput {
    name: string;
    external: string;
    internal: string;
    ports: { udp: number; tcp: number; tls: number };
    /** What happens to SIP from outside without TLS. */
    plainSip: "refuse" | "drop" | "allow";
}

export interface PbxOutput {
    name: string;
    address: string;
    port: number;
    tlsPort: number;
}

export interface MediaOutput {
    name: string;
    external: string;
    internal: string;
    ngPort: number;
    cliPort: number;
}

/** The stack's outputs: the program exports them; commands, tests and benchmarks read them. */
export interface PlatformOutputs {
    phase: string;
    sipDomain: string;
    sipOwner: string;
    vms: Record<string, VmOutput>;
    /** In the plan's order. */
    proxies: ProxyOutput[];
    pbxs: PbxOutput[];
    mediaServers: MediaOutput[];
    services: ServiceOutput[];
    /** Secret. */
    extensions: Record<string, { password: string; voicemailPin: string }>;
    /** Version by name of a service, of the kernel and of Docker. */
    versions: Record<string, string>;
    core: { kind: "embedded" | "external"; vaultAddress: string; postgresHost: string; postgresPort: number };
    cdr: { license: string; retention: string };
    /** CA certificates (PEM) of all TLS listeners. */
    ca: string;
    /** Secret. How `./voip rotate` reaches Vault; `caFile` is on this machine. */
    vault: { token: string; caFile: string };
    /** Secret. How `./voip extension` reaches PostgreSQL; `caFile` is on this machine. */
    postgres: { user: string; password: string; caFile: string };
    /** Lifetimes in seconds. */
    rotation: { databaseSeconds: number; certificateSeconds: number };
    lab: { enabled: boolean; netns: string; phonesNetns: string; phoneAddresses: string[] };
    /** Absolute path of an ssh_config(5) with a Host entry for each VM. */
    sshConfig: string;
}
