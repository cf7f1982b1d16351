import type { Phase, Proxy } from "../config/types";
import { enterContainer } from "./container";
import type { ContainerDefinition, Layer } from "./image";
import type { AgentTemplate } from "./vault-agent/templates";

/** Kinds of host: a VM of a tier, or the machine that has the core services. */
export const hostKinds = ["sip", "pbx", "media", "core"] as const;
export type HostKind = (typeof hostKinds)[number];

/** Where a socket listens: on one of the host's networks, on all of them, or on the host itself only. */
export type Side = "external" | "internal" | "everywhere" | "loopback";

export interface Port {
    /** What speaks on it, such as sip, tls, ng. */
    name: string;
    /** For `unix`: the number in the socket's file name. */
    protocol: "udp" | "tcp" | "unix";
    port: number;
    /** Last port of a range that starts with `port`; one of a range is open while something uses it. */
    last?: number;
    sides: readonly Side[];
}

/** Ports by the name that the config key `ports` knows them under. */
export type PortNumbers = Readonly<Record<string, number>>;

/** What of the configuration decides about sockets. */
export interface PortConfig {
    /** Those of `standardPorts`, as the configuration has them. */
    ports: PortNumbers;
    sipOwner: Proxy;
}

/** How it runs, and where its program comes from. */
export type Run =
    | { kind: "container"; image: ContainerDefinition }
    /** Debian has no such program: its image is an archive that the configuration names (`NAMEArchive`). */
    | { kind: "container"; image: "archive" }
    | { kind: "unit"; unit: string; /** Debian package whose version counts. */ package?: string };

/** How one knows that it works, beyond that its process runs. */
export type Health =
    | { kind: "sip"; port: string }
    | { kind: "ng"; port: string }
    | { kind: "tls"; port: string; protocol?: "postgres" }
    | { kind: "http"; port: string }
    /** A connection is answered, as each command on the host shows. */
    | { kind: "ssh" }
    /** What uses it fails with it. */
    | { kind: "process" };

/** What it may read of Vault and be issued (ADR-011); what is rendered of it is up to the tier's component. */
export interface Rights {
    /** Secrets of `secret/`. */
    secrets: readonly string[];
    /** Roles of `pki_int` whose certificates it may be issued. */
    certificates: readonly string[];
    /** Paths of `database/` whose credentials it may read, with their kind. */
    credentials: readonly string[];
}

/** Generated values: fields of secrets, such as `password` of `valkey/exporter`. */
export type SecretFields = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Where a server of the core runs, and what it knows. */
export interface CorePlace {
    /** Address that it listens at. */
    address: string;
    /** The number of one of its sockets, or of another server's. @throws Error for one that is not planned */
    readonly port: (name: string, service?: string) => number;
    /** First values of the secrets that its rights name, as far as they are generated; Vault has those of today. */
    secrets: SecretFields;
}

/** Where the agent of the core puts what it makes for a server, and how the server takes it. */
export interface AgentSide {
    /** Directory of the server's certificate, /tls in its container, as the agent's container has it. */
    dir: string;
    /** Directory of the server's sockets, /run/NAME in its container, likewise. */
    run: string;
    /** Number of the server's user, and group. */
    user: number;
    /** Shell command that has the server read its files anew; it does not wait for that. */
    reload: string;
}

/** How a server of the core runs: in a container of the lab, as a user of its own without any capability. */
export interface CoreServer {
    /** Number of its user, and group. */
    user: number;
    /** Volumes by name: `data` is /data in the container, and lasts until the stack is destroyed. */
    volumes: readonly string[];
    /** Where the container has `files`. */
    configDir: string;
    stopSignal: string;
    /** Its configuration, by name; kept in memory only. Secret. */
    files(at: CorePlace): Record<string, string>;
    /** Command in the container that succeeds when it works; `up` waits for it. */
    healthcheck(at: CorePlace): string[];
    /** What the agent of the core makes for it, beside its certificate. */
    readonly templates?: (side: AgentSide, at: Omit<CorePlace, "secrets">) => AgentTemplate[];
}

/** One question to a running service for `./voip status`, and what the answer says. */
export interface Question {
    /** Names the answer; one question of a name on a host. */
    name: string;
    /** Shell command on the host; a container's process is `$2`, 0 when it does not run. */
    command: string;
}

/** One program of the platform: data and pure functions. Importing @pulumi/* here is a lint error. */
export interface Service {
    readonly name: string;
    readonly hosts: readonly HostKind[];
    /** The phase that it comes with (ADR-016). */
    since(config: Pick<PortConfig, "sipOwner">): Phase;
    readonly run: Run;
    /** It is only where the core services are the stack's own. */
    readonly needsOwnCore?: true;
    /** Whether its configuration is part of this version; without, only its image and its ports are planned. */
    readonly configured: boolean;
    /** Ports that the configuration may change (key `ports`), with their standard numbers; services may share one. */
    readonly standardPorts?: PortNumbers;
    /** Every socket that it listens on. */
    ports(config: PortConfig): readonly Port[];
    /** What it adds to images: a layer of its own, or packages in the layer that all VMs have. */
    readonly layers: readonly Layer[];
    readonly packagesOnEveryVm?: readonly string[];
    readonly health: Health;
    /** Fields of secrets that are random when the stack is made, by the secret's path in `secret/`. */
    readonly generates?: Readonly<Record<string, readonly string[]>>;
    /** Those of them that are passwords of a server's clients, which `./voip rotate` changes: fields `password`, and while it does, `previous`. */
    readonly rotates?: readonly string[];
    readonly rights?: Rights;
    /** How it runs in the core. OpenBao and PostgreSQL, which everything else stands on, are placed by components/lab-core.ts. */
    readonly core?: CoreServer;
    /** What `./voip status` asks it, where it runs with these sockets. */
    status?(at: { ports: readonly Port[] }): readonly Question[];
}

/** Runs a command in the container whose process is `$2`. */
export const inProbedContainer = (command: string): string =>
    `[ "$2" -eq 0 ] || sudo ${enterContainer('"$2"', command)}`;
