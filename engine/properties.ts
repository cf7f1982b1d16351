/**
 * A property value in the form that Pulumi's gRPC protocol and checkpoints share: JSON in which objects with a signature
 * key stand for secrets, resource references and output values (pulumi/pulumi, sdk/go/common/resource/sig).
 */
export type PropertyValue = null | boolean | number | string | PropertyValue[] | { [key: string]: PropertyValue };
export type PropertyMap = { [key: string]: PropertyValue };

/** The key that marks a special object; its value names the kind. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
export const ASSET = "c44067f5952c0a294b673a41bacd8c17";
export const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
export const RESOURCE_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e";
export const OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** A value that a preview can't know yet, on the wire (sdk/nodejs/runtime/rpc.ts, unknownValue). */
export const UNKNOWN_VALUE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function isObject(value: PropertyValue | undefined): value is { [key: string]: PropertyValue } {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isSecret(value: PropertyValue | undefined): value is { value: PropertyValue; [SIGNATURE]: string } {
    return isObject(value) && value[SIGNATURE] === SECRET;
}

/** Marks a value as secret; a secret stays as it is. */
export function secret(value: PropertyValue): PropertyValue {
    return isSecret(value) ? value : { [SIGNATURE]: SECRET, value };
}

/** Rebuilds a value from the leaves up; `change` gets each value after its members were changed. */
export function mapValue(value: PropertyValue, change: (value: PropertyValue) => PropertyValue): PropertyValue {
    if (Array.isArray(value)) return change(value.map((item) => mapValue(item, change)));
    if (isObject(value)) return change(mapProperties(value, change));
    return change(value);
}

export function mapProperties(map: PropertyMap, change: (value: PropertyValue) => PropertyValue): PropertyMap {
    return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, mapValue(value, change)]));
}

function contains(value: PropertyValue, test: (value: PropertyValue) => boolean): boolean {
    if (test(value)) return true;
    if (Array.isArray(value)) return value.some((item) => contains(item, test));
    return isObject(value) && Object.values(value).some((item) => contains(item, test));
}

export const containsSecrets = (value: PropertyValue): boolean => contains(value, isSecret);
export const containsUnknowns = (value: PropertyValue): boolean => contains(value, (item) => item === UNKNOWN_VALUE);

const open = (value: PropertyValue): PropertyValue => (isSecret(value) ? value.value : value);

/** The value without secret marks at any level. */
export const unwrapSecrets = (map: PropertyMap): PropertyMap => mapProperties(map, open);
export const unwrapSecret = (value: PropertyValue): PropertyValue => mapValue(value, open);

/** For display: secrets show as `[secret]`. */
export function blind(map: PropertyMap): PropertyMap {
    return mapProperties(map, (value) =>
        isSecret(value) ? "[secret]" : value === UNKNOWN_VALUE ? "[unknown]" : value,
    );
}

/** For a provider that returns no secrets: an output is secret if the input was (as in the official engine). */
export function annotateSecrets(outputs: PropertyMap, inputs: PropertyMap): PropertyMap {
    const result = { ...outputs };
    for (const [key, input] of Object.entries(inputs)) {
        const output = result[key];
        if (output === undefined || isSecret(output)) continue;
        if (isObject(output) && isObject(input) && !isSecret(input)) result[key] = annotateSecrets(output, input);
        else if (containsSecrets(input)) result[key] = secret(output);
    }
    return result;
}

/** All properties but those named. */
export const without = (map: PropertyMap, ...names: string[]): PropertyMap =>
    Object.fromEntries(Object.entries(map).filter(([key]) => !names.includes(key)));

/** Deep equality of JSON values, regardless of the order of keys. */
export function equalValues(a: PropertyValue | undefined, b: PropertyValue | undefined): boolean {
    if (a === b) return true;
    if (Array.isArray(a) || Array.isArray(b)) {
        return (
            Array.isArray(a) &&
            Array.isArray(b) &&
            a.length === b.length &&
            a.every((item, index) => equalValues(item, b[index]))
        );
    }
    if (!isObject(a) || !isObject(b)) return false;
    const keys = Object.keys(a);
    return (
        keys.length === Object.keys(b).length &&
        keys.every((key) => Object.hasOwn(b, key) && equalValues(a[key], b[key]))
    );
}

/** Names of the properties that differ. */
export function changedKeys(a: PropertyMap, b: PropertyMap): string[] {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => !equalValues(a[key], b[key]));
}
