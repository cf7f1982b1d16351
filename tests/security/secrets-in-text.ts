import * as fs from "node:fs";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";
import { CheckpointCodec, readCheckpoint } from "../../engine/backend/checkpoint";
import { openConfig, readProject } from "../../engine/project";
import { isObject, isSecret, unwrapSecret, type PropertyValue } from "../../engine/properties";
import { layoutOf, Stack } from "../../engine/stack";

/** Shorter values, such as a PIN, are found everywhere by chance. */
const shortest = 8;

export interface Secret {
    /** Where it is kept, such as `sip-1-kamailio.outputs.password`; never the value. */
    name: string;
    value: string;
}

export interface Secrets {
    /** What is searched for. */
    secrets: Secret[];
    /** What is not, with the reason. */
    ignored: { name: string; reason: "short" | "in plain in the state" | "name of a label" }[];
}

export interface Found {
    /** The secret's name. */
    secret: string;
    /** The text's name. */
    where: string;
    /** How the secret is written there. */
    form: string;
}

/** Names the strings in a value; those in a text that is JSON too. */
function strings(value: PropertyValue, name: string): Secret[] {
    if (Array.isArray(value)) return value.flatMap((item, index) => strings(item, `${name}[${index}]`));
    if (isObject(value)) return Object.entries(value).flatMap(([key, item]) => strings(item, `${name}.${key}`));
    if (typeof value !== "string") return [];
    if (!/^\s*[[{]/.test(value)) return [{ name, value }];
    try {
        return [{ name, value }, ...strings(JSON.parse(value) as PropertyValue, name)];
    } catch {
        return [{ name, value }];
    }
}

/** The strings below every secret in a value. */
function secretStrings(value: PropertyValue, name: string): Secret[] {
    if (isSecret(value)) return strings(unwrapSecret(value), name);
    if (Array.isArray(value)) return value.flatMap((item, index) => secretStrings(item, `${name}[${index}]`));
    if (!isObject(value)) return [];
    return Object.entries(value).flatMap(([key, item]) => secretStrings(item, `${name}.${key}`));
}

/** The strings beside all secrets in a value. */
function plainStrings(value: PropertyValue): string[] {
    if (isSecret(value)) return [];
    if (Array.isArray(value)) return value.flatMap(plainStrings);
    if (isObject(value)) return Object.values(value).flatMap(plainStrings);
    return typeof value === "string" ? [value] : [];
}

/**
 * Every secret of a stack as it is now: those of its checkpoint, opened with the passphrase of this process's environment, and
 * those of its configuration. A value that the state also has in plain, such as a path beside a token, is none.
 */
export async function secretsOf(stack: string, projectDir: string): Promise<Secrets> {
    const project = readProject(projectDir, stack);
    const checkpoint = readCheckpoint(layoutOf(project).checkpoint);
    const crypters = Stack.crypters(project, checkpoint);
    const codec = new CheckpointCodec(await crypters.state);
    const resources = (checkpoint?.latest?.resources ?? []).map((stored) => codec.resource(stored));
    const config = await openConfig(project.config, crypters.config);
    const kept = [
        ...resources.flatMap(({ urn, inputs, outputs }) =>
            secretStrings({ inputs, outputs }, urn.split("::").slice(3).join("::")),
        ),
        ...config.secretKeys.flatMap((key) => strings(config.values[key], `configuration ${key}`)),
    ];
    const plain = new Set(resources.flatMap(({ inputs, outputs }) => plainStrings({ inputs, outputs })));
    return sorted(kept, plain);
}

/** Divides values into those that can be searched for and those that can't; each value once. */
export function sorted(kept: Secret[], plain: ReadonlySet<string> = new Set()): Secrets {
    const result: Secrets = { secrets: [], ignored: [] };
    const seen = new Set<string>();
    for (const { name, value } of kept) {
        if (seen.has(value)) continue;
        seen.add(value);
        if (value.trim().length < shortest) result.ignored.push({ name, reason: "short" });
        // a list is secret as a whole where a value in it is: what its labels are called stands in the program
        else if (/\.label$/.test(name)) result.ignored.push({ name, reason: "name of a label" });
        else if (plain.has(value)) result.ignored.push({ name, reason: "in plain in the state" });
        else result.secrets.push({ name, value });
    }
    return result;
}

const asJson = (value: string): string => JSON.stringify(value).slice(1, -1);

/** What base64 makes of a value within a longer text, whichever of its bytes comes first in a group of three. */
function asBase64(value: string): string[] {
    return [0, 1, 2].map((before) => {
        const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(value)]);
        const whole = bytes.subarray(0, bytes.length - (bytes.length % 3)).toString("base64");
        return whole.slice(before === 0 ? 0 : 4);
    });
}

/** The lines of a key, each of which is a secret; they may be printed with something before each. */
const keyLines = (value: string): string[] => value.split("\n").filter((line) => /^[A-Za-z0-9+/=]{40,}$/.test(line));

/** The ways in which a secret may be written, by name. */
function formsOf(value: string): [form: string, text: string][] {
    const json = asJson(value);
    const base64 = asBase64(value);
    const forms = {
        plain: [value, ...(value.includes("\n") ? keyLines(value) : [])],
        JSON: [json, asJson(json)],
        base64: [...base64, ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"))],
        URL: [encodeURIComponent(value)],
    };
    return Object.entries(forms).flatMap(([form, texts]) => texts.map((text): [string, string] => [form, text]));
}

const isCompressed = (content: Buffer): boolean => content[0] === 0x1f && content[1] === 0x8b;

/** Two characters as one number. */
const pairAt = (text: string, at: number): number =>
    ((text.charCodeAt(at) & 255) << 8) | (text.charCodeAt(at + 1) & 255);

/** Looks for all secrets at once. */
export class Search {
    /** What is looked for, by its first two characters, which rule out most of a text, and by its first eight. */
    private readonly pairs = new Uint8Array(65_536);
    private readonly byStart = new Map<string, { secret: string; form: string; text: string }[]>();

    constructor(secrets: Secret[]) {
        for (const { name, value } of secrets) {
            for (const [form, text] of formsOf(value)) {
                if (text.length < shortest) continue;
                const start = text.slice(0, shortest);
                this.pairs[pairAt(text, 0)] = 1;
                this.byStart.set(start, [...(this.byStart.get(start) ?? []), { secret: name, form, text }]);
            }
        }
    }

    /** Which secrets are in a text, and how; each once. */
    inText(where: string, text: string): Found[] {
        const found = new Map<string, Found>();
        for (let at = 0; at <= text.length - shortest; at++) {
            if (!this.pairs[pairAt(text, at)]) continue;
            for (const { secret, form, text: wanted } of this.byStart.get(text.slice(at, at + shortest)) ?? []) {
                if (!found.has(secret) && text.startsWith(wanted, at)) found.set(secret, { secret, where, form });
            }
        }
        return [...found.values()];
    }

    /** Which secrets are in files, and in all files below directories; what gzip compressed is opened. */
    inFiles(...places: string[]): Found[] {
        return places.flatMap((place) => {
            const stat = fs.lstatSync(place);
            if (stat.isDirectory()) return this.inFiles(...fs.readdirSync(place).map((name) => path.join(place, name)));
            if (!stat.isFile()) return [];
            const content = fs.readFileSync(place);
            return this.inText(place, (isCompressed(content) ? gunzipSync(content) : content).toString());
        });
    }
}
