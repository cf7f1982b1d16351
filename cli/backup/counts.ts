import type { PostgresLogin } from "../../clients/postgres/connection";
import { table } from "../render/table";
import type { Count } from "./manifest";

/** Rows that only a person or a call adds, by what a person calls them. Registrations are none: they end by themselves. */
export const counted = {
    accounts: { database: "kamailio", table: "subscriber" },
    endpoints: { database: "asterisk", table: "ps_endpoints" },
    "voicemail boxes": { database: "asterisk", table: "voicemail" },
    "call detail records": { database: "cdr", table: "cdr" },
} as const;

export interface RowsJob {
    login: PostgresLogin;
}

/** Number of rows by the names of `counted`. */
export type Rows = Record<string, number>;

/** What was there while a copy was made, from the rows before it and after it. */
export const rowCounts = (before: Rows, after: Rows): Count[] =>
    Object.keys(after).map((name) => ({
        name,
        least: Math.min(before[name], after[name]),
        most: Math.max(before[name], after[name]),
    }));

export const messagesOn = (pbx: string): string => `voicemail messages on ${pbx}`;

/** Messages among the paths of a voicemail directory: each has a text beside its recordings (app_voicemail). */
export const messagesIn = (paths: string[]): number =>
    paths.filter((found) => /(^|\/)voicemail\/.+\/msg\d{4}\.txt$/.test(found)).length;

const wanted = ({ least, most }: Count): string => (least === most ? String(least) : `${least} to ${most}`);

export interface Comparison {
    rows: { name: string; backup: string; restored: number | null; same: boolean }[];
    text: string;
}

/** What is there after a restore, beside what the backup had. */
export function compareCounts(counts: Count[], restored: Record<string, number>): Comparison {
    const rows = counts.map((count) => {
        const found = restored[count.name] as number | undefined;
        const same = found !== undefined && found >= count.least && found <= count.most;
        return { name: count.name, backup: wanted(count), restored: found ?? null, same };
    });
    const cells = rows.map(({ name, backup, restored: found, same }) => [
        name,
        backup,
        found === null ? "not found" : String(found),
        same ? "" : "differs",
    ]);
    return { rows, text: table(["what", "backup", "restored", ""], cells) };
}
