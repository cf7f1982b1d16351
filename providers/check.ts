import { isIPv4 } from "node:net";
import * as path from "node:path";
import { isKnown, type CheckFailure } from "./contract";

/** The faults of a value (with a `reason` that names what is allowed), each with its path within the property. */
export type Rule = (value: unknown) => { path: string; allowed: string; value: unknown }[];

const rule =
    (allowed: string, accepts: (value: unknown) => boolean): Rule =>
    (value) =>
        !isKnown(value) || accepts(value) ? [] : [{ path: "", allowed, value }];

const isString = (value: unknown): value is string => typeof value === "string";

export const text = rule("a text that is not empty", (value) => isString(value) && value !== "");

/** Names of VMs, networks, hosts, namespaces: valid for libvirt, ssh and ip. */
export const name = rule("a name of letters, digits, '.', '_' and '-' that starts with a letter or digit", (value) =>
    isString(value) ? /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(value) : false,
);

/** At most 15 characters (IFNAMSIZ in linux/if.h). */
export const interfaceName = rule("an interface name of at most 15 letters, digits, '.', '_' and '-'", (value) =>
    isString(value) ? /^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/.test(value) : false,
);

export const flag = rule("true or false", (value) => typeof value === "boolean");

export const absolutePath = rule("an absolute path", (value) => isString(value) && path.isAbsolute(value));

export const ipv4 = rule("an IPv4 address", (value) => isString(value) && isIPv4(value));

export const mac = rule(
    "a unicast MAC address of six hexadecimal bytes such as 52:54:00:12:34:10",
    (value) => isString(value) && /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/i.test(value),
);

export const prefixLength = integer(1, 32);

export function integer(least: number, most: number, unit = ""): Rule {
    return rule(
        `a whole number from ${least} to ${most}${unit && ` ${unit}`}`,
        (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    );
}

export function oneOf(...values: string[]): Rule {
    return rule(values.join(" or "), (value) => isString(value) && values.includes(value));
}

/** A text that matches; `allowed` describes the pattern in words. */
export function matching(pattern: RegExp, allowed: string): Rule {
    return rule(allowed, (value) => isString(value) && pattern.test(value));
}

export function optional(inner: Rule): Rule {
    return (value) => (value === undefined || value === null ? [] : inner(value));
}

/** A list with at least one element, each of which follows the rule. */
export function listOf(element: Rule): Rule {
    return (value) => {
        if (!isKnown(value)) return [];
        if (!Array.isArray(value) || value.length === 0)
            return [{ path: "", allowed: "a list with at least one element", value }];
        return value.flatMap((entry, at) =>
            element(entry).map((found) => ({ ...found, path: `[${at}]${found.path}` })),
        );
    };
}

export function objectOf(members: Record<string, Rule>): Rule {
    return (value) => {
        if (!isKnown(value)) return [];
        if (typeof value !== "object" || value === null) return [{ path: "", allowed: "an object", value }];
        return Object.entries(members).flatMap(([key, member]) =>
            member((value as Record<string, unknown>)[key]).map((found) => ({
                ...found,
                path: `.${key}${found.path}`,
            })),
        );
    };
}

/** All violations of the rules; each names the property, what is allowed and the value received. */
export function violations<Inputs extends object>(
    inputs: Inputs,
    rules: { [Key in keyof Required<Inputs>]: Rule },
): CheckFailure[] {
    return (Object.entries(rules) as [keyof Inputs & string, Rule][]).flatMap(([property, follow]) =>
        follow(inputs[property]).map((found) => ({
            property,
            reason: `${property}${found.path} must be ${found.allowed}, not ${found.value === undefined ? "missing" : JSON.stringify(found.value)}`,
        })),
    );
}

/** Names of the properties whose value differs, in the given order; an unknown value counts as different. */
export function changed<Inputs extends object>(
    olds: Inputs,
    news: Inputs,
    properties: readonly (keyof Inputs & string)[],
): string[] {
    return properties.filter((property) => canonical(olds[property]) !== canonical(news[property]));
}

/**
 * Like `changed`, but a value that is unknown, or has an unknown part, counts as unchanged. For properties that replace a
 * resource: the engine also asks with unknown values while it replaces their source, and deletes at once what would have to be
 * replaced.
 */
export function surelyChanged<Inputs extends object>(
    olds: Inputs,
    news: Inputs,
    properties: readonly (keyof Inputs & string)[],
): string[] {
    return changed(
        olds,
        news,
        properties.filter((property) => isKnownThroughout(news[property])),
    );
}

const isKnownThroughout = (value: unknown): boolean =>
    typeof value === "object" && value !== null ? Object.values(value).every(isKnownThroughout) : isKnown(value);

/** JSON with sorted keys: equal for equal values, regardless of their order in the engine. */
function canonical(value: unknown): string {
    return JSON.stringify(value ?? null, (_, part: unknown) =>
        typeof part === "object" && part !== null && !Array.isArray(part)
            ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
            : part,
    );
}
