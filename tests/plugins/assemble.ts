/*
 * Makes of what recorder.ts wrote the records that are kept:
 *
 *     node --require ./process/typescript.js tests/plugins/assemble.ts "HOW THEY WERE TAKEN" FILE ...
 *
 * One FILE a plugin, named PACKAGE-VERSION.ndjson. Every secret is replaced, wherever it stands, by another text of the same
 * length; of calls that differ in nothing but names, one is kept (of creations all, as later ones refer to earlier ones).
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { isObject, isSecret, unwrapSecret, type PropertyMap, type PropertyValue } from "../../engine/properties";

type Entry = PropertyMap & { method: string };

const target = path.join(__dirname, "recorded");

/** Every text at or below a secret mark, and what JSON in it says. */
function secretsIn(value: PropertyValue, isBelow = false): string[] {
    if (isSecret(value)) return secretsIn(unwrapSecret(value), true);
    if (Array.isArray(value)) return value.flatMap((item) => secretsIn(item, isBelow));
    if (isObject(value)) return Object.values(value).flatMap((item) => secretsIn(item, isBelow));
    if (!isBelow || typeof value !== "string") return [];
    try {
        const inside = JSON.parse(value) as PropertyValue;
        if (isObject(inside)) return secretsIn(inside, true);
    } catch {
        // a plain text
    }
    return [value];
}

/** A text of the same length and alphabet, which says where it comes from. */
const substitute = (secret: string, number: number): string =>
    /^[0-9a-f-]{36}$/.test(secret)
        ? `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`
        : `Secret${number}x`.padEnd(secret.length, "x").slice(0, Math.max(secret.length, 8));

function withoutSecrets(entries: Entry[]): Entry[] {
    const secrets = [...new Set(entries.flatMap((entry) => secretsIn(entry)))].filter(
        (text) => text.length >= 8 && !text.startsWith("-----BEGIN CERTIFICATE"),
    );
    let text = JSON.stringify(entries);
    secrets
        .sort((a, b) => b.length - a.length)
        .forEach((secret, index) => {
            const written = JSON.stringify(secret).slice(1, -1);
            text = text.replaceAll(written, substitute(written, index + 1));
        });
    return JSON.parse(text) as Entry[];
}

/** The same for calls that ask the same of another object. */
function shape(entry: Entry): string {
    if (entry.method === "create") return JSON.stringify(entry);
    return JSON.stringify(entry, (_key, value: unknown) =>
        typeof value === "string" && !/^(check|diff|read|update|delete)/.test(value) ? typeOf(value) : value,
    );
}

/** Of a URN its type; of any other text, only that it is one. */
const typeOf = (text: string): string => (text.startsWith("urn:pulumi:") ? text.split("::")[2] : text && "text");

const [taken, ...files] = process.argv.slice(2);
fs.mkdirSync(target, { recursive: true });
for (const file of files) {
    const plugin = path.basename(file, ".ndjson");
    const lines = fs.readFileSync(file, "utf8").trim().split("\n");
    const entries = withoutSecrets(lines.map((line) => JSON.parse(line) as Entry));
    const seen = new Set<string>();
    const calls = entries.filter((entry) => {
        const key = shape(entry);
        if (entry.error !== undefined || seen.has(key)) return false;
        seen.add(key);
        return true;
    });
    const records = { plugin, taken, calls };
    fs.writeFileSync(path.join(target, `${plugin}.json`), `${JSON.stringify(records, null, 1)}\n`);
    console.info(`${plugin}: ${calls.length} of ${lines.length} calls`);
}
