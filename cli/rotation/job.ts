import type { CoreIdentityDefinition } from "../../providers/core-identity/identity";
import type { Role } from "../../topology";

/**
 * What can be rotated: the identities that hosts log in to Vault with, certificates, passwords in the databases, and passwords
 * that are in Vault's key-value engine.
 */
export const kinds = ["approle", "certs", "db", "kv"] as const;
export type Kind = (typeof kinds)[number];

/** A VM, as far as its rotation goes. */
export interface RotatedVm {
    name: string;
    /** Tier, by whose AppRole it logs in. */
    role: Role;
    /** Internal address, which its identity is bound to. */
    address: string;
    services: string[];
}

export interface RotationJob {
    vault: {
        /** URL. */
        address: string;
        token: string;
        /** CA certificates (PEM). */
        ca: string;
    };
    /** The agent of the core services, where they belong to the stack. */
    core?: Omit<CoreIdentityDefinition, "role" | "roleId" | "vaultAddress" | "token">;
    sshConfig: string;
    vms: RotatedVm[];
    /** Secrets with the password of a client of a server in the core, and the VMs that the client runs on. */
    accounts: { secret: string; vms: string[] }[];
    kinds: Kind[];
    /** Only what this VM uses; a credential that several VMs share changes on all of them. */
    vm?: string;
}

/** One secret that changed. */
export interface Rotated {
    name: string;
    /** What the old and the new one are told apart by: a time, a serial number, an accessor; never a secret. */
    from: string;
    to: string;
    /** From the command until the new one was in use and the old one was refused. */
    seconds: number;
}

export interface RotationReport {
    rotated: Rotated[];
    /** A sentence for each secret that did not change as it should have. */
    failures: string[];
    /** Calls that were up when it began. */
    callsUp: number;
    /** Those of them that neither are up now nor were hung up. */
    callsDropped: number;
}

/** What the parts of a rotation return: what changed, and what went wrong. */
export type Outcome = Pick<RotationReport, "rotated" | "failures">;

export const merged = (outcomes: Outcome[]): Outcome => ({
    rotated: outcomes.flatMap(({ rotated }) => rotated),
    failures: outcomes.flatMap(({ failures }) => failures),
});

/** Does one part; what it throws becomes a sentence that names it. */
export async function attempt(name: string, work: () => Promise<Rotated[]>): Promise<Outcome> {
    try {
        return { rotated: await work(), failures: [] };
    } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        return { rotated: [], failures: [`${name}: ${message}`] };
    }
}

/** A stopwatch: seconds since it was made, to a tenth. */
export function stopwatch(): () => number {
    const start = performance.now();
    return () => Math.round((performance.now() - start) / 100) / 10;
}
