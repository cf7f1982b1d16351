import { render, type GuestFile } from "../../configs/render";
import { scriptLine } from "./scripts";

/** What one account may do. */
interface Limits {
    callsAtOnce: number;
    callsPerMinute: number;
    minutesPerCall: number;
    minutesPerDay: number;
    costPerDay: number;
}

export interface LimitsView {
    limits: Limits;
    /** Of single accounts. */
    accounts: Readonly<Record<string, Limits>>;
    forbidden: readonly string[];
    /** The longest prefixes first. */
    rates: readonly { prefix: string; perMinute: number }[];
    /** Networks that are never banned. */
    allow: readonly string[];
    banMinutes: number;
}

export const limitsPath = "/etc/kamailio/limits.cfg";

const scripts = ["count", "ban", "bans", "begin", "answer", "end"] as const;

const inSeconds = ({ minutesPerCall, minutesPerDay, ...others }: Limits) => ({
    ...others,
    secondsPerCall: minutesPerCall * 60,
    secondsPerDay: minutesPerDay * 60,
});

const withLength = (prefix: string) => ({ prefix, length: prefix.length });

/** The part of Kamailio's configuration that counts. @param socket of Valkey, where the proxies count together */
export function limitsFile(edge: LimitsView, socket: string | undefined): GuestFile {
    const lines = scripts.map((name) => [name, scriptLine(name)]);
    const view = {
        banSeconds: edge.banMinutes * 60,
        allow: { list: edge.allow.join(",") },
        forbidden: edge.forbidden.map(withLength),
        limits: inSeconds(edge.limits),
        accounts: Object.entries(edge.accounts).map(([extension, limits]) => ({
            extension,
            limits: inSeconds(limits),
        })),
        rates: edge.rates.map(({ prefix, perMinute }) => ({
            ...withLength(prefix),
            perSecond: (perMinute / 60).toFixed(9),
        })),
        valkey: socket === undefined ? false : { socket },
        scripts: Object.fromEntries(lines) as Record<string, string>,
    };
    return { path: limitsPath, content: render("kamailio/limits.cfg", view) };
}
