import * as fs from "node:fs";
import * as path from "node:path";

const block = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g;

/** The certificates in a text, each once and without the text around them. */
export const certificatesIn = (text: string): string[] => [...new Set(text.match(block) ?? [])];

/** Containers read the file with their own users, regardless of the umask when it was made. */
const modes = { directory: 0o755, file: 0o644 };

/** Whether the file exists, but not everybody may read it. */
export function isHidden(file: string): boolean {
    if (!fs.existsSync(file)) return false;
    const modeOf = (at: string): number => fs.statSync(at).mode & 0o7777;
    return modeOf(file) !== modes.file || modeOf(path.dirname(file)) !== modes.directory;
}

const read = (file: string): string[] => (fs.existsSync(file) ? certificatesIn(fs.readFileSync(file, "utf8")) : []);

/** The certificates that the file lacks. */
export function missingAnchors(file: string, certificates: string): string[] {
    const present = read(file);
    return certificatesIn(certificates).filter((certificate) => !present.includes(certificate));
}

/** Adds certificates to the file and removes others; the rest of it stays. Nobody sees a part of the file. */
export function changeAnchors(file: string, add: string, remove: string): void {
    const added = certificatesIn(add);
    const removed = certificatesIn(remove).filter((certificate) => !added.includes(certificate));
    const kept = read(file).filter((certificate) => !removed.includes(certificate));
    const all = [...new Set([...kept, ...added])];
    if (all.length === 0) return fs.rmSync(file, { force: true });
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.chmodSync(path.dirname(file), modes.directory);
    fs.writeFileSync(`${file}.new`, all.map((certificate) => `${certificate}\n`).join(""));
    fs.chmodSync(`${file}.new`, modes.file);
    fs.renameSync(`${file}.new`, file);
}
