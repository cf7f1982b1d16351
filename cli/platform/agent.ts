/** The program on every VM that reports its Vault agent's status, renders secrets again and logs in again. */
export const agentProgram = "sudo /usr/local/sbin/voip-agent";

/** A certificate that a VM's agent has rendered. */
export interface AgentCertificate {
    name: string;
    /** ISO 8601. */
    expiresAt: string;
    serial: string;
}

/** A credential that a VM's agent has rendered. */
export interface AgentSecret {
    name: string;
    /** Seconds since it was made. */
    ageSeconds: number;
    /** Seconds from its creation until it is replaced. */
    ttlSeconds: number;
}

/** The status report of a VM's agent. */
export interface AgentReport {
    /** `ok` if it is logged in and reaches Vault. */
    state: string;
    /** Why it is not ok. */
    detail?: string;
    /** ISO 8601, since when it is in this state. */
    since?: string;
    certificates: AgentCertificate[];
    secrets: AgentSecret[];
    /** Rotations that failed and have not succeeded since, a sentence each. */
    failures: string[];
}

interface Said {
    agent?: { state?: string; since?: string | number; detail?: string };
    secrets?: { name: string; ageSeconds: number; ttlSeconds: number }[];
    certificates?: { name: string; expiresAt: string | number; serial: string }[];
    failures?: (string | { name: string; detail?: string })[];
}

/** Times written by a shell are in seconds since 1970. */
const isoTime = (time: string | number): string =>
    typeof time === "number" ? new Date(time * 1000).toISOString() : new Date(time).toISOString();

/**
 * Parses the output of `voip-agent status`.
 * @throws Error if it is something else
 */
export function parseAgent(text: string): AgentReport {
    let said: Said;
    try {
        said = JSON.parse(text) as Said;
    } catch {
        throw new Error(`voip-agent status did not print JSON, but ${JSON.stringify(text.slice(0, 200))}`);
    }
    const { agent, secrets = [], certificates = [], failures = [] } = said;
    return {
        state: agent?.state ?? "unknown",
        ...(agent?.detail ? { detail: agent.detail } : {}),
        ...(agent?.since ? { since: isoTime(agent.since) } : {}),
        secrets: secrets.map(({ name, ageSeconds, ttlSeconds }) => ({ name, ageSeconds, ttlSeconds })),
        certificates: certificates.map(({ name, expiresAt, serial }) => ({
            name,
            expiresAt: isoTime(expiresAt),
            serial,
        })),
        failures: failures.map((failure) =>
            typeof failure === "string" ? failure : `${failure.name}: ${failure.detail ?? "its last rotation failed"}`,
        ),
    };
}
