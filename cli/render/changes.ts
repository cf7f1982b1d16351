import type { PropertyChange } from "../engine/tally";

/** Maximum length of a value as shown. */
const room = 60;

/** Pulumi's event log represents a secret as an object with this signature (sdk/go/common/resource/sig). */
const signature = "4dabf18193072939515e22adb298388d";
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type Members = Record<string, unknown>;

const isMembers = (value: unknown): value is Members => typeof value === "object" && value !== null;
const isSecret = (value: unknown): boolean => value === "[secret]" || (isMembers(value) && signature in value);

function plain(value: unknown): unknown {
    if (isSecret(value)) return "[secret]";
    if (value === unknown) return "[unknown]";
    return value;
}

const text = (value: unknown): string => {
    const shown = plain(value);
    return (typeof shown === "string" ? shown : JSON.stringify(shown)).replace(/\s+/g, " ");
};

/** At most `room` characters of a text, from `start` on. */
function clip(whole: string, start: number): string {
    const from = start + room > whole.length ? Math.max(0, whole.length - room) : start;
    const part = whole.slice(from, from + room);
    return `${from > 0 ? "..." : ""}${part}${from + room < whole.length ? "..." : ""}`;
}

/** Old and new; if both are long, from shortly before the first difference. */
function oldAndNew(was: unknown, is: unknown): string {
    if (was === null || was === undefined) return `set to ${clip(text(is), 0)}`;
    if (is === null || is === undefined) return `${clip(text(was), 0)} -> removed`;
    if (isSecret(was) && isSecret(is)) return "changed, secret";
    const [before, after] = [text(was), text(is)];
    let first = 0;
    while (first < before.length && before[first] === after[first]) first++;
    const start = Math.max(before.length, after.length) > room ? Math.max(0, first - 15) : 0;
    return `${clip(before, start)} -> ${clip(after, start)}`;
}

/** The members that differ, down to where one of the two is not a collection: `nics[1].mac`. */
function leaves(property: string, was: unknown, is: unknown): PropertyChange[] {
    const [before, after] = [plain(was), plain(is)];
    if (!isMembers(before) || !isMembers(after)) return [{ property, was, is }];
    const isList = Array.isArray(before) && Array.isArray(after);
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names
        .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
        .flatMap((name) => leaves(isList ? `${property}[${name}]` : `${property}.${name}`, before[name], after[name]));
}

/** Maximum number of leaves shown per property. */
const most = 8;

/** The changes of a resource, one line per property or member: old -> new, without secrets. */
export function changeLines({ property, was, is }: PropertyChange): string[] {
    const all = leaves(property, was, is);
    const shown = all.length > 0 ? all : [{ property, was, is }];
    const lines = shown.slice(0, most).map((leaf) => `${leaf.property}: ${oldAndNew(leaf.was, leaf.is)}`);
    return shown.length > most ? [...lines, `${property}: ${shown.length - most} more`] : lines;
}
