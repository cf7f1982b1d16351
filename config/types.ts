/** The phases of the platform, in order; each only ever adds to the one before (ADR-016). */
export const phases = ["1", "1.5", "2", "2.5", "3", "4"] as const;
export type Phase = (typeof phases)[number];

/** The SIP proxies; one of them owns port 5060 (ADR-003). */
export const proxies = ["kamailio", "opensips"] as const;
export type Proxy = (typeof proxies)[number];

/** Programs that run in a container, and so need an image. */
export const containers = ["kamailio", "opensips", "asterisk", "freeswitch", "janus"] as const;
export type ContainerName = (typeof containers)[number];

/** Config keys whose values are never shown. */
export const secretKeys: readonly string[] = ["extensionPasswords", "vaultToken", "vaultSecretId", "postgresPassword"];

/** Where the core services are. */
export const cores = ["embedded", "external"] as const;
export type Core = (typeof cores)[number];

export const rotationModes = ["standard", "testing", "custom"] as const;

/** What happens to SIP from outside that comes without TLS. */
export const plainSipModes = ["refuse", "drop", "allow"] as const;

/** What one account may do, over all its phones. */
export interface CallLimits {
    callsAtOnce: number;
    /** New ones. */
    callsPerMinute: number;
    minutesPerCall: number;
    /** From midnight UTC. A call takes all that it may last until it ends. */
    minutesPerDay: number;
    /** In the currency of the rates. */
    costPerDay: number;
}

/** What a call costs, to numbers that begin like this. */
export interface Rate {
    prefix: string;
    perMinute: number;
}

/** What the proxies accept from outside. */
export interface Edge {
    plainSip: (typeof plainSipModes)[number];
    /** Of each account that is not in `accounts`. */
    limits: CallLimits;
    accounts: Readonly<Record<string, CallLimits>>;
    /** Prefixes that nobody may dial. */
    forbidden: readonly string[];
    /** The longest prefixes first. */
    rates: readonly Rate[];
    /** Addresses and networks that are never banned. */
    allow: readonly string[];
    banMinutes: number;
}

/** Lifetimes in seconds. */
export interface Rotation {
    databaseSeconds: number;
    certificateSeconds: number;
}

/** External core services; values still to be supplied are empty in a preview. */
export interface ExternalCore {
    vaultAddress: string;
    /** Absolute path. */
    vaultCaFile: string;
    /** Either a token, or an AppRole. */
    vaultToken: string;
    vaultRoleId: string;
    vaultSecretId: string;
    postgresHost: string;
    postgresUser: string;
    postgresPassword: string;
    /** Absolute path. */
    postgresCaFile: string;
}

export const imageSources = ["debian", "upstream"] as const;
export type ImageSource = (typeof imageSources)[number];

/** The settings of one VM in the config key `vms`. */
export interface VmOverride {
    vcpus?: number;
    memoryMiB?: number;
    diskGiB?: number;
    internalAddress?: string;
    externalAddress?: string;
    libvirtUri?: string;
}
