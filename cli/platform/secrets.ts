import type { AgentReport } from "./agent";
import type { ServedCertificate } from "./listeners";

export interface CertificateStatus {
    name: string;
    /** `core` for the core services. */
    vm: string;
    /** ISO 8601. */
    expiresAt: string;
}

export interface SecretStatus {
    name: string;
    vm: string;
    ageSeconds: number;
    ttlSeconds: number;
}

export interface SecretsStatus {
    certificates: CertificateStatus[];
    secrets: SecretStatus[];
    /** What will become a problem without action. */
    warnings: string[];
    problems: string[];
}

const daySeconds = 24 * 3600;

/** Seconds before its end that a certificate should have been renewed: 7 days of 90, and as large a share of shorter lives. */
export const warningSeconds = (lifeSeconds: number): number =>
    Math.min(7, (7 / 90) * (lifeSeconds / daySeconds)) * daySeconds;

function lifeLeft(seconds: number): string {
    if (seconds >= 2 * daySeconds) return `${Math.floor(seconds / daySeconds)} days`;
    return seconds >= 7200 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds)} s`;
}

/**
 * Ages and expiry of all secrets, and their faults.
 * @param agents by VM; undefined if the VM did not answer, which is reported elsewhere
 * @param now milliseconds since 1970
 */
export function secretsStatus(
    agents: Map<string, AgentReport | undefined>,
    core: ServedCertificate[],
    certificateSeconds: number,
    now: number,
): SecretsStatus {
    const known = [...agents].flatMap(([vm, report]) => (report ? [{ vm, report }] : []));
    const certificates = [
        ...core.filter(({ error }) => !error).map(({ name, expiresAt }) => ({ name, vm: "core", expiresAt })),
        ...known.flatMap(({ vm, report }) =>
            report.certificates.map(({ name, expiresAt }) => ({ name, vm, expiresAt })),
        ),
    ];
    const secrets = known.flatMap(({ vm, report }) => report.secrets.map((secret) => ({ ...secret, vm })));
    const left = certificates.map((each) => ({ ...each, seconds: (Date.parse(each.expiresAt) - now) / 1000 }));
    const limit = warningSeconds(certificateSeconds);
    return {
        certificates,
        secrets,
        warnings: left
            .filter(({ seconds }) => seconds > 0 && seconds < limit)
            .map(({ name, vm, seconds }) => `certificate ${name} of ${vm} ends in ${lifeLeft(seconds)}`),
        problems: [
            ...core.flatMap(({ name, error }) => (error ? [`certificate of ${name} can't be seen at ${error}`] : [])),
            ...left
                .filter(({ seconds }) => seconds <= 0)
                .map(({ name, vm, expiresAt }) => `certificate ${name} of ${vm} ended at ${expiresAt}`),
            ...known.flatMap(({ vm, report: { state, detail, since, failures } }) => [
                ...(state === "ok"
                    ? []
                    : [
                          `the Vault agent of ${vm} is ${state}${since ? ` since ${since}` : ""}${detail ? `: ${detail}` : ""}`,
                      ]),
                ...failures.map((failure) => `rotation on ${vm} failed: ${failure}`),
            ]),
        ],
    };
}
