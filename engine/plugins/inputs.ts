import { hasUnknown, UNKNOWN, type CheckFailure, type CheckResult, type Properties, type Value } from "./plugin";

/** The type of a property. A `set` is a list in any order. */
export type Shape =
    "string" | "boolean" | "integer" | "any" | { list: Shape } | { set: Shape } | { map: Shape } | { object: Fields };

export interface Field {
    shape: Shape;
    required?: boolean;
    /** Used by `check` if the program gives no value. */
    default?: Value;
    /** An empty default (false, 0 or "") is filled in as well. */
    fillsEmpty?: boolean;
    /** A change replaces the resource. */
    replaces?: boolean;
    /** If the program gives no value, any value of the resource is right. */
    computed?: boolean;
    /** The only strings allowed. */
    oneOf?: string[];
    /** The minimum. */
    atLeast?: number;
    /** A pattern for a string, and its description. */
    matches?: { pattern: RegExp; description: string };
    /** Another notation of the same value, for comparison. */
    normal?(value: Value): Value;
}

/** The inputs of one resource type. */
export type Fields = Record<string, Field>;

export const isObject = (value: Value | undefined): value is Record<string, Value | undefined> =>
    typeof value === "object" && value !== null && !Array.isArray(value);

function describe(shape: Shape): string {
    if (typeof shape === "string")
        return shape === "any" ? "a value" : shape === "integer" ? "an integer" : `a ${shape}`;
    if ("map" in shape || "object" in shape) return "an object";
    return "a list";
}

function checkLimits(field: Field, value: Value): string | undefined {
    if (field.oneOf && !field.oneOf.includes(value as string)) return `must be one of ${field.oneOf.join(", ")}`;
    if (field.atLeast !== undefined && (value as number) < field.atLeast) return `must be at least ${field.atLeast}`;
    if (field.matches && !field.matches.pattern.test(value as string)) return `must be ${field.matches.description}`;
    return undefined;
}

/** Checks one value and returns it with the defaults of its objects. `old` is the result of the last run. */
function checkValue(shape: Shape, value: Value, old: Value | undefined, path: string, failures: CheckFailure[]): Value {
    if (value === UNKNOWN || shape === "any") return value;
    const wrong = (): Value => {
        failures.push({ property: path, reason: `${path} is ${JSON.stringify(value)}, must be ${describe(shape)}` });
        return value;
    };
    if (shape === "string" || shape === "boolean") return typeof value === shape ? value : wrong();
    if (shape === "integer") return Number.isInteger(value) ? value : wrong();
    if ("object" in shape) {
        if (!isObject(value)) return wrong();
        return checkFields(
            shape.object,
            value,
            old !== undefined && isObject(old) ? old : undefined,
            `${path}.`,
            failures,
        );
    }
    if ("map" in shape) {
        if (!isObject(value)) return wrong();
        const entries = Object.entries(value).filter(([, item]) => item !== undefined);
        return Object.fromEntries(
            entries.map(([key, item]) => [
                key,
                checkValue(shape.map, item as Value, undefined, `${path}.${key}`, failures),
            ]),
        );
    }
    const element = "list" in shape ? shape.list : shape.set;
    if (!Array.isArray(value)) return wrong();
    const before = Array.isArray(old) ? old : [];
    return value.map((item, index) => checkValue(element, item, before[index], `${path}[${index}]`, failures));
}

/**
 * The default that `check` fills in: the same as last time, if it was filled in then; else a default that is not empty (or, in
 * plugins with a bridge before 3.136, also an empty one).
 */
function defaultOf(name: string, field: Field, olds: Properties | undefined): Value | undefined {
    if (field.default === undefined) return undefined;
    const filledIn = olds?.[DEFAULTS] as string[] | undefined;
    const old = filledIn === undefined || filledIn.includes(name) ? olds?.[name] : undefined;
    return old ?? (field.default || field.fillsEmpty ? field.default : undefined);
}

function checkFields(
    fields: Fields,
    given: Properties,
    olds: Properties | undefined,
    prefix: string,
    failures: CheckFailure[],
): Properties {
    const inputs: Properties = {};
    for (const [name, value] of Object.entries(given)) {
        if (value === undefined || value === null || name.startsWith("__")) continue;
        const path = prefix + name;
        const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
        if (!field) {
            const known = Object.keys(fields).sort().join(", ");
            failures.push({
                property: path,
                reason: `${path} is not supported without the official plugin; supported are ${known}`,
            });
            continue;
        }
        const before = failures.length;
        inputs[name] = checkValue(field.shape, value, olds?.[name], path, failures);
        const limit = value === UNKNOWN || failures.length > before ? undefined : checkLimits(field, value);
        if (limit) failures.push({ property: path, reason: `${path} is ${JSON.stringify(value)}, ${limit}` });
    }
    const filledIn: string[] = [];
    for (const [name, field] of Object.entries(fields)) {
        if (inputs[name] !== undefined) continue;
        const value = defaultOf(name, field, olds);
        if (value !== undefined) {
            inputs[name] = value;
            filledIn.push(name);
        } else if (field.required && given[name] === undefined) {
            const path = prefix + name;
            failures.push({ property: path, reason: `${path} is missing, must be ${describe(field.shape)}` });
        }
    }
    return { ...inputs, [DEFAULTS]: filledIn.sort() };
}

/** In every object of checked inputs: the properties that `check` has filled in. */
export const DEFAULTS = "__defaults";

/**
 * Validates the program's inputs against `fields`, reports all faults at once, and fills in defaults, like the bridge of the
 * official plugins (pulumi/pulumi-terraform-bridge, pkg/tfbridge/schema.go, applyDefaults).
 */
export function checkInputs(fields: Fields, olds: Properties, news: Properties): CheckResult {
    const failures: CheckFailure[] = [];
    const inputs = checkFields(fields, news, olds, "", failures);
    return { inputs, failures };
}

/** JSON with the keys of objects sorted, as their order means nothing. */
function sorted(value: Value): Value {
    if (Array.isArray(value)) return value.map(sorted);
    if (!isObject(value)) return value;
    const entries = Object.entries(value).filter(([, item]) => item !== undefined) as [string, Value][];
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
}

/** A text that is equal for two values exactly if they mean the same; empty, false or zero equals absent. */
function canonical(shape: Shape, value: Value | undefined): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (shape === "any") return JSON.stringify(sorted(value));
    if (value === "" || value === false || value === 0) return undefined;
    if (typeof shape === "string") return JSON.stringify(value);
    if ("object" in shape && isObject(value)) {
        const parts = Object.entries(shape.object).map(([name, field]) => canonicalField(field, value[name]));
        return parts.some((part) => part !== undefined) ? JSON.stringify(parts) : undefined;
    }
    if ("map" in shape && isObject(value)) {
        const parts = Object.keys(value)
            .sort()
            .map((key) => [key, canonical(shape.map, value[key])]);
        return parts.length > 0 ? JSON.stringify(parts) : undefined;
    }
    if (!Array.isArray(value)) return JSON.stringify(value);
    const element = "set" in shape ? shape.set : "list" in shape ? shape.list : "any";
    const parts = value.map((item) => canonical(element, item) ?? "");
    if ("set" in shape) parts.sort();
    return parts.length > 0 ? JSON.stringify(parts) : undefined;
}

const canonicalField = (field: Field, value: Value | undefined): string | undefined =>
    canonical(field.shape, value !== undefined && field.normal && !hasUnknown(value) ? field.normal(value) : value);

/** Whether `field` means the same in both. A value that a preview can't know yet equals nothing. */
export function sameValue(field: Field, one: Value | undefined, other: Value | undefined): boolean {
    if (hasUnknown(one) || hasUnknown(other)) return false;
    return canonicalField(field, one) === canonicalField(field, other);
}

/** Names of the fields in which the wanted value differs from the actual one. */
export function changedFields(fields: Fields, actual: Properties, wanted: Properties): string[] {
    return Object.entries(fields)
        .filter(([name, field]) => !(field.computed && wanted[name] === undefined))
        .filter(([name, field]) => !sameValue(field, actual[name], wanted[name]))
        .map(([name]) => name);
}
