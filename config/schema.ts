/** The type of a config key in Pulumi.yaml (Pulumi's project file reference, `config`). */
export type KeyType = "string" | "integer" | "boolean" | "array" | "object";

export interface KeySchema {
    type: KeyType;
    default: unknown;
    description: string;
}

export type Schema = Record<string, KeySchema>;

/** Represents an encrypted value, which can't be read without the passphrase. */
export const encrypted = Symbol("encrypted");

function isEncrypted(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return false;
    const members = Object.entries(value);
    if (members.length === 1 && members[0][0] === "secure") return true;
    return members.some(([, member]) => isEncrypted(member));
}

/** Collections are JSON text in Pulumi's runtime, and plain in a YAML file. */
function parseJson(value: unknown): unknown {
    if (typeof value !== "string") return value;
    try {
        return JSON.parse(value) as unknown;
    } catch {
        return value;
    }
}

const readers: Record<KeyType, { expected: string; read: (value: unknown) => unknown }> = {
    string: {
        expected: "a text",
        read: (value) => (typeof value === "string" || typeof value === "number" ? String(value) : undefined),
    },
    integer: {
        expected: "a whole number",
        read: (value) => {
            const number = typeof value === "string" && /^-?\d+$/.test(value.trim()) ? Number(value) : value;
            return Number.isSafeInteger(number) ? number : undefined;
        },
    },
    boolean: {
        expected: "true or false",
        read: (value) =>
            value === true || value === "true" ? true : value === false || value === "false" ? false : undefined,
    },
    array: {
        expected: "a list",
        read: (value) => {
            const list = parseJson(value);
            return Array.isArray(list) ? list : undefined;
        },
    },
    object: {
        expected: "a map",
        read: (value) => {
            const map = parseJson(value);
            return typeof map === "object" && map !== null && !Array.isArray(map) ? map : undefined;
        },
    },
};

/** The value in the key's type, or `encrypted`, or the expected type. */
export function readValue(key: KeySchema, value: unknown): { value: unknown } | { expected: string } {
    if (isEncrypted(value)) return { value: encrypted };
    const { expected, read } = readers[key.type];
    const typed = read(value);
    return typed === undefined ? { expected } : { value: typed };
}
