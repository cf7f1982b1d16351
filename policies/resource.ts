/** A property value that Pulumi keeps secret. */
export class Secret {
    constructor(readonly value: unknown) {}
}

/** What a rule checks: a resource, with `undefined` for values that a preview can't know yet and `Secret` for secret ones. */
export interface PolicyResource {
    urn: string;
    type: string;
    name: string;
    /** Inputs if one resource is checked, outputs if the whole stack is. */
    properties: Record<string, unknown>;
}

/** Signatures of Pulumi's wire format (pulumi/pulumi, sdk/go/common/resource/sig). */
const signature = "4dabf18193072939515e22adb298388d";
const secret = "1b47061264138c4ac30d75fd1eb44270";
const outputValue = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
/** Represent an unknown text, number and so on (sdk/go/common/resource/plugin/rpc.go). */
const unknowns: readonly unknown[] = [
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** Converts a value from Pulumi's wire format to the form that rules check. */
export function fromWire(value: unknown): unknown {
    if (unknowns.includes(value)) return undefined;
    if (Array.isArray(value)) return value.map(fromWire);
    if (!isObject(value)) return value;
    if (value[signature] === secret) return new Secret(fromWire(value.value));
    if (value[signature] === outputValue) {
        const known = fromWire(value.value);
        return value.secret === true ? new Secret(known) : known;
    }
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fromWire(member)]));
}

/** The value without secret marks at any level. */
export function open(value: unknown): unknown {
    if (value instanceof Secret) return open(value.value);
    if (Array.isArray(value)) return value.map(open);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, open(member)]));
}

/** Every text in a value with its path, `proxy.ports[0]`; `secrets` selects which to visit. */
export function texts(value: unknown, secrets: "plain" | "secret", path = ""): { path: string; text: string }[] {
    if (typeof value === "string") return secrets === "plain" ? [{ path, text: value }] : [];
    if (value instanceof Secret) return secrets === "plain" ? [] : texts(open(value), "plain", path);
    if (Array.isArray(value)) return value.flatMap((member, index) => texts(member, secrets, `${path}[${index}]`));
    if (!isObject(value)) return [];
    return Object.entries(value).flatMap(([key, member]) => texts(member, secrets, path ? `${path}.${key}` : key));
}
