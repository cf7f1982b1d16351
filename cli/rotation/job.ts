import type { CoreIdentityDefinition } from "../../providers/core-identity/identity";
import type { Role } from "../../topology";

/**
 * What can be rotated: the identities that hosts log in to Vault with, certificates, database passwords, and passwords in
 * Vault's key-value engine.
 */
export const kinds = ["approle", "certs", "db", "kv"] as const;
export type Kind = (typeof kinds)[number];

/** What a rotation needs of a VM. */
export interface RotatedVm {
    name: string;
    /** Tier, whose AppRole it logs in with. */
    role: Role;
    /** Internal address that its identity is bound to. */
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
    /** The agent of the core services, if they belong to the stack. */
    core?: Omit<CoreIdentityDefinition, "role" | "roleId" | "vaultAddress" | "token">;
    sshConfig: string;
    vms: RotatedVm[];
    /** Secrets with the password of a client of a core server, and the VMs that the client runs on. */
    accounts: { secret: string; vms: string[] }[];
    kinds: Kind[];
    /** Only what this VM uses; a credential that several VMs share changes on all of them. */
    vm?: string;
}

/** One secret that changed. */
export interface Rotated {
    name: string;
    /** What tells the old and the new one apart: a time, a serial number, an accessor; never a secret. */
    from: string;
    to: string;
    /** From the command until the new secret is in use and the old one is refused. */
    seconds: number;
}

export interface RotationReport {
    rotated: Rotated[];
    /** A sentence for each secret that did not change as it should. */
    failures: string[];
    /** Calls that were up at the start. */
    callsUp: number;
    /** Those calls that are no longer up and were not hung up. */
    callsDropped: number;
}

/** The result of each part of a rotation: what changed, and what failed. */
export type Outcome = Pick<RotationReport, "rotated" | "failures">;

export const merged = (outcomes: Outcome[]): Outcome => ({
    rotated: outcomes.flatMap(({ rotated }) => rotated),
    failures: outcomes.flatMap(({ failures }) => failures),
});

/** Runs one part; an exception becomes a sentence that names the part. */
export async function attempt(name: string, work: () => Promise<Rotated[]>): Promise<Outcome> {
    try {
        return { rotated: await work(), failures: [] };
    } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        return { rotated: [], failures: [`${name}: ${message}`] };
    }
}

/** A stopwatch: seconds since its creation, to a tenth. */
export function stopwatch(): () => number {
    const start = performance.now();
    return () => Math.round((performance.now() - start) / 100) / 10;
}
