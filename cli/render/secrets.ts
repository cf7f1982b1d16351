import type { SecretsStatus } from "../platform/secrets";
import { table } from "./table";

/** Seconds in the largest unit that leaves two digits. */
function duration(seconds: number): string {
    const units: [number, string][] = [[86_400, "d"], [3600, "h"], [60, "min"]]; // prettier-ignore
    const [size, unit] = units.find(([each]) => seconds >= 2 * each) ?? [1, "s"];
    return `${Math.floor(seconds / size)} ${unit}`;
}

/** Certificates with their expiry, secrets with their age, and warnings. */
export function secretsText({ certificates, secrets, warnings }: SecretsStatus): string {
    return [
        table(
            ["certificate", "of", "good until"],
            certificates.map(({ name, vm, expiresAt }) => [name, vm, expiresAt]),
        ),
        "",
        table(
            ["secret", "of", "age", "replaced every"],
            secrets.map(({ name, vm, ageSeconds, ttlSeconds }) => [
                name,
                vm,
                duration(ageSeconds),
                ttlSeconds > 0 ? duration(ttlSeconds) : "-",
            ]),
        ),
        ...warnings.map((warning) => `warning: ${warning}`),
    ].join("\n");
}
