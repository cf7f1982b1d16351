import { parseCidr } from "./cidr";
import { nearest } from "./nearest";
import type { Problems } from "./problems";
import type { Values } from "./rules";
import { plainSipModes, type CallLimits, type Edge, type Rate } from "./types";

type Members = Record<string, unknown>;

const members = ["plainSip", "limits", "accounts", "forbidden", "rates", "allow", "banMinutes"] as const;

/** Of an account that the configuration does not mention. */
const standardLimits: CallLimits = {
    callsAtOnce: 10,
    callsPerMinute: 60,
    minutesPerCall: 240,
    minutesPerDay: 6000,
    costPerDay: 20,
};

const mostOf: Record<Exclude<keyof CallLimits, "costPerDay">, number> = {
    callsAtOnce: 10_000,
    callsPerMinute: 100_000,
    minutesPerCall: 1440,
    minutesPerDay: 10_000_000,
};

const isMap = (value: unknown): value is Members =>
    typeof value === "object" && value !== null && !Array.isArray(value);

const isAmount = (value: unknown): value is number =>
    typeof value === "number" && Number.isFinite(value) && value >= 0 && value <= 1e6;

const amounts = "allowed is a number from 0 to 1000000";

/** A prefix of what phones dial. */
const prefix = /^[0-9*#+]{1,32}$/;
const prefixes = "allowed are prefixes of 1 to 32 digits, *, # or +";

const asNetwork = (text: string): string => (text.includes("/") ? text : `${text}/32`);
const isNetwork = (text: string): boolean => parseCidr(asNetwork(text), 32) !== undefined;
const networks = "allowed are IPv4 addresses, and networks such as 192.0.2.0/24";

/** Proxies count these together in Valkey, which is one of the lab's own core services. */
const shared = ["callsAtOnce", "minutesPerDay", "costPerDay"] as const;

/** Limits that were asked for, and that nothing would hold. */
function checkShared(given: Members, values: Values, problems: Problems): void {
    if (values.core !== "external") return;
    const rule = "the proxies count it in Valkey, which external core services do not have; leave it out";
    const maps = { limits: given.limits, ...prefixed("accounts", given.accounts) };
    for (const [key, limits] of Object.entries(maps))
        for (const name of shared)
            if (isMap(limits) && name in limits) problems.add(`edge.${key}.${name}`, limits[name], rule);
    if (isMap(given.rates) && Object.keys(given.rates).length > 0) problems.add("edge.rates", given.rates, rule);
}

const prefixed = (key: string, given: unknown): Members =>
    Object.fromEntries(isMap(given) ? Object.entries(given).map(([name, value]) => [`${key}.${name}`, value]) : []);

/** What the proxies accept from outside. */
export function checkEdge(values: Values, extensions: readonly string[], problems: Problems): Edge {
    const given = values.edge as Members;
    noOthers("edge", given, members, problems);
    checkShared(given, values, problems);
    const { plainSip = "refuse", banMinutes = 10 } = given as { plainSip?: string; banMinutes?: unknown };
    const limits = checkLimits("edge.limits", given.limits ?? {}, standardLimits, problems);
    return {
        plainSip: problems.oneOf("edge.plainSip", plainSip, plainSipModes) ? plainSip : "refuse",
        limits,
        accounts: checkAccounts(given.accounts ?? {}, limits, extensions, problems),
        forbidden: checkList("edge.forbidden", given.forbidden ?? [], (text) => prefix.test(text), prefixes, problems),
        rates: checkRates(given.rates ?? {}, problems),
        allow: checkList("edge.allow", given.allow ?? [], isNetwork, networks, problems).map(asNetwork),
        banMinutes: problems.between("edge.banMinutes", banMinutes, 1, 10_080, "minutes") ? banMinutes : 10,
    };
}

function noOthers(key: string, given: Members, names: readonly string[], problems: Problems): void {
    for (const name of Object.keys(given).filter((each) => !names.includes(each)))
        problems.add(`${key}.${name}`, given[name], `no such setting, the nearest is ${nearest(name, [...names])}`);
}

function checkLimits(key: string, given: unknown, standard: CallLimits, problems: Problems): CallLimits {
    const names = Object.keys(standardLimits);
    if (!isMap(given)) {
        problems.add(key, given, `allowed is a map of ${names.join(", ")}`);
        return standard;
    }
    noOthers(key, given, names, problems);
    for (const [name, most] of Object.entries(mostOf))
        if (name in given) problems.between(`${key}.${name}`, given[name], 1, most);
    if ("costPerDay" in given && !isAmount(given.costPerDay))
        problems.add(`${key}.costPerDay`, given.costPerDay, amounts);
    return { ...standard, ...given };
}

function checkAccounts(
    given: unknown,
    standard: CallLimits,
    extensions: readonly string[],
    problems: Problems,
): Record<string, CallLimits> {
    if (!isMap(given)) {
        problems.add("edge.accounts", given, "allowed is a map of limits by extension");
        return {};
    }
    const entries = Object.entries(given).map(([extension, limits]): [string, CallLimits] => {
        const key = `edge.accounts.${extension}`;
        if (!extensions.includes(extension)) problems.add(key, limits, "no such extension in voip-stack:extensions");
        return [extension, checkLimits(key, limits, standard, problems)];
    });
    return Object.fromEntries(entries);
}

function checkRates(given: unknown, problems: Problems): Rate[] {
    if (!isMap(given)) {
        problems.add("edge.rates", given, "allowed is a map of costs per minute by prefix");
        return [];
    }
    for (const [name, cost] of Object.entries(given)) {
        if (!prefix.test(name)) problems.add(`edge.rates.${name}`, cost, prefixes);
        if (!isAmount(cost)) problems.add(`edge.rates.${name}`, cost, amounts);
    }
    const rates = Object.entries(given as Record<string, number>).map(([name, perMinute]) => ({
        prefix: name,
        perMinute,
    }));
    return rates.sort((one, other) => other.prefix.length - one.prefix.length);
}

function checkList(
    key: string,
    given: unknown,
    fits: (text: string) => boolean,
    rule: string,
    problems: Problems,
): string[] {
    if (!Array.isArray(given)) {
        problems.add(key, given, `allowed is a list: ${rule.replace(/^allowed are /, "")}`);
        return [];
    }
    given.forEach((each, index) => {
        // digits without quotes are a number in YAML, which has lost its zeros
        if (typeof each !== "string" || !fits(each)) problems.add(`${key}[${index}]`, each, `${rule}, in quotes`);
    });
    return given as string[];
}
