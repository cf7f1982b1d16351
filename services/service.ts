import type { Phase, Proxy } from "../config/types";
import { enterContainer } from "./container";
import type { ContainerDefinition, KernelModule, Layer } from "./image";
import type { AgentTemplate } from "./vault-agent/templates";

/** Kinds of host: a VM of a tier, or the machine that runs the core services. */
export const hostKinds = ["sip", "pbx", "media", "core"] as const;
export type HostKind = (typeof hostKinds)[number];

/** Where a socket listens: on one of the host's networks, on all of them, or on the host itself only. */
export type Side = "external" | "internal" | "everywhere" | "loopback";

export interface Port {
    /** The protocol on it, such as sip, tls, ng. */
    name: string;
    /** For `unix`: the number in the socket's file name. */
    protocol: "udp" | "tcp" | "unix";
    port: number;
    /** Last port of a range that starts with `port`; a port of a range is open only while it is used. */
    last?: number;
    sides: readonly Side[];
    /**
     * Who reaches it on the internal network; empty if it does not listen there. `core` is every machine that is no VM: the plan does
     * not have the address of the operator's.
     */
    clients: readonly HostKind[];
}

/** Ports by their name in the config key `ports`. */
export type PortNumbers = Readonly<Record<string, number>>;

/** The part of the configuration that determines sockets. */
export interface PortConfig {
    /** Those of `standardPorts`, as configured. */
    ports: PortNumbers;
    sipOwner: Proxy;
}

/** How it runs, and where its program comes from. */
export type Run =
    | { kind: "container"; image: ContainerDefinition }
    /** Debian has no such program: its image is an archive that the configuration names (`NAMEArchive`). */
    | { kind: "container"; image: "archive" }
    | { kind: "unit"; unit: string; /** Debian package whose version counts. */ package?: string };

/** How to check that it works, beyond a running process. */
export type Health =
    | { kind: "sip"; port: string }
    | { kind: "ng"; port: string }
    | { kind: "tls"; port: string; protocol?: "postgres" }
    | { kind: "http"; port: string }
    /** It accepts connections, as each command on the host shows. */
    | { kind: "ssh" }
    /** Its clients fail with it. */
    | { kind: "process" };

/** What it may read in Vault and which certificates it may get (ADR-011); the tier's component decides what is rendered. */
export interface Rights {
    /** Secrets of `secret/`. */
    secrets: readonly string[];
    /** Roles of `pki_int` that may issue certificates for it. */
    certificates: readonly string[];
    /** Paths of `database/` whose credentials it may read, with their kind. */
    credentials: readonly string[];
}

/** Generated values: fields of secrets, such as `password` of `valkey/exporter`. */
export type SecretFields = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Where a core server runs, and its inputs. */
export interface CorePlace {
    /** Address that it listens on. */
    address: string;
    /** The number of one of its sockets, or of another server's. @throws Error for one that is not planned */
    readonly port: (name: string, service?: string) => number;
    /** Initial values of its generated secrets; Vault has the current ones. */
    secrets: SecretFields;
}

/** Where the core's agent puts a server's files, and how the server reloads them. */
export interface AgentSide {
    /** Directory of the server's certificate, /tls in its container, as seen in the agent's container. */
    dir: string;
    /** Directory of the server's sockets, /run/NAME in its container, likewise. */
    run: string;
    /** Number of the server's user, and group. */
    user: number;
    /** Shell command that makes the server read its files again; it does not wait for that. */
    reload: string;
}

/** What a core server may take of the lab's machine, at most. */
export interface CoreLimits {
    /** Memory, with that of its files in caches, which the kernel takes back first. Where the machine can limit it. */
    memoryMiB: number;
    /** Processes and threads of its user, in all stacks of the machine together. */
    processes: number;
}

/** How a core server runs: in a container of the lab, with its own user and without capabilities. */
export interface CoreServer {
    /** Number of its user, and group. */
    user: number;
    limits: CoreLimits;
    /** Volumes by name: `data` is /data in the container, and lasts until the stack is destroyed. */
    volumes: readonly string[];
    /** Where `files` are in the container. */
    configDir: string;
    stopSignal: string;
    /** Its configuration, by name; kept in memory only. Secret. */
    files(at: CorePlace): Record<string, string>;
    /** Command in the container that succeeds when the server works; `up` waits for it. */
    healthcheck(at: CorePlace): string[];
    /** The templates of the core's agent for it, besides its certificate. */
    readonly templates?: (side: AgentSide, at: Omit<CorePlace, "secrets">) => AgentTemplate[];
}

/** A question of `./voip status` to a running service, and how to read the answer. */
export interface Question {
    /** Name of the answer, unique on a host. */
    name: string;
    /** Shell command on the host; a container's process is `$2`, 0 when it does not run. */
    command: string;
}

/** One program of the platform: data and pure functions. Importing @pulumi/* here is a lint error. */
export interface Service {
    readonly name: string;
    readonly hosts: readonly HostKind[];
    /** The first phase that includes it (ADR-016). */
    since(config: Pick<PortConfig, "sipOwner">): Phase;
    readonly run: Run;
    /** It exists only if the core services are the stack's own. */
    readonly needsOwnCore?: true;
    /** Whether this version has its configuration; otherwise only its image and its ports are planned. */
    readonly configured: boolean;
    /** Ports that the configuration may change (key `ports`), with their standard numbers; services may share one. */
    readonly standardPorts?: PortNumbers;
    /** Every socket that it listens on. */
    ports(config: PortConfig): readonly Port[];
    /** What it adds to images: its own layer, or packages in the layer of all VMs. */
    readonly layers: readonly Layer[];
    readonly packagesOnEveryVm?: readonly string[];
    /** The kernel module that it needs; its layer has or builds it. */
    readonly module?: KernelModule;
    readonly health: Health;
    /** Fields of secrets that are generated when the stack is made, by the secret's path in `secret/`. */
    readonly generates?: Readonly<Record<string, readonly string[]>>;
    /**
     * The generated passwords of a server's clients that `./voip rotate` changes: field `password`, and `previous` during the
     * change.
     */
    readonly rotates?: readonly string[];
    readonly rights?: Rights;
    /**
     * How it runs in the core. OpenBao and PostgreSQL, which everything else depends on, are placed by components/lab-core.ts.
     */
    readonly core?: CoreServer;
    /** What `./voip status` asks it, if it runs with these sockets. */
    status?(at: { ports: readonly Port[] }): readonly Question[];
}

/** Runs a command in the container whose process is `$2`. */
export const inProbedContainer = (command: string): string =>
    `[ "$2" -eq 0 ] || sudo ${enterContainer('"$2"', command)}`;
