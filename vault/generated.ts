import { services } from "../services/registry";

/** Generated fields of secrets, by the secret's path in `secret/`. Without database passwords, which `database/` makes. */
export function generatedFields(): Record<string, readonly string[]> {
    return Object.assign({}, ...services.map(({ generates }) => generates)) as Record<string, readonly string[]>;
}

/** Secrets whose `password` is changed by `./voip rotate`. */
export const rotatingSecrets = (): readonly string[] => services.flatMap(({ rotates }) => rotates ?? []);
