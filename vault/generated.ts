import { services } from "../services/registry";

/** Secrets of services that are not built yet (ADR-011). */
const planned: Record<string, readonly string[]> = {
    "redis-1": ["password"],
    rabbitmq: ["password"],
};

/** Generated fields of secrets, by the secret's path in `secret/`. Without database passwords, which `database/` makes. */
export function generatedFields(): Record<string, readonly string[]> {
    return { ...Object.assign({}, ...services.map(({ generates }) => generates)), ...planned } as Record<
        string,
        readonly string[]
    >;
}

/** Secrets whose `password` is changed by `./voip rotate`. */
export const rotatingSecrets = (): readonly string[] => services.flatMap(({ rotates }) => rotates ?? []);
