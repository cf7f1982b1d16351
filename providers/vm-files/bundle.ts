import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { CommandError, type RunResult } from "../../process/run";
import { ssh, type SshTarget } from "../../process/ssh";
import { tar } from "./tar";

export interface BundleFile {
    path: string;
    content: string;
    /** Octal permissions, such as 0644. */
    mode: string;
    /** As chown(1) takes it, such as root:root. */
    owner: string;
    /** Written only where there is none: from then on the file is the service's. */
    initial: boolean;
}

export interface BundleCommand {
    /** Files whose change makes the command run. */
    paths: string[];
    /** Shell command, run as root, with the new files in place. */
    command: string;
}

export interface Bundle extends SshTarget {
    /** Tells the bundles of a VM apart. */
    bundleName: string;
    files: BundleFile[];
    apply: BundleCommand[];
}

/** On the VM. */
const dueDir = "/var/lib/voip-stack/due";

const timeoutMs = 5 * 60_000;
const script = () => fs.readFileSync(path.join(__dirname, "bundle.sh"), "utf8");
const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const plainMode = (mode: string) => parseInt(mode, 8).toString(8);

/** The archive that `bundle.sh` unpacks. */
export function archive({ files, apply }: Pick<Bundle, "files" | "apply">): Buffer {
    const numberOf = (name: string) => files.findIndex((file) => file.path === name);
    const line = ({ path: name, mode, owner, initial }: BundleFile, number: number) =>
        `${number} ${plainMode(mode)} ${owner} ${initial ? "yes" : "no"} ${name}\n`;
    const mark = ({ command }: BundleCommand) => createHash("sha256").update(command).digest("hex").slice(0, 16);
    const text: Record<string, string> = {
        files: files.map(line).join(""),
        apply: apply.map((step) => `${mark(step)} ${step.command}\n`).join(""),
        watch: apply.flatMap((step) => step.paths.map((name) => `${mark(step)} ${numberOf(name)}\n`)).join(""),
    };
    const control = Object.entries(text).map(([name, content]) => ({ name, content: Buffer.from(content) }));
    const contents = files.map(({ content }, number) => ({ name: String(number), content: Buffer.from(content) }));
    return tar([...control, ...contents]);
}

/**
 * Writes the files that differ, all in place of the old ones at once, then runs the commands that wait for one of them;
 * one round trip.
 * @throws Error that names the VM and says what failed
 */
export async function writeBundle(bundle: Bundle): Promise<void> {
    const command = `sudo sh -c ${quote(script())} bundle ${quote(`${dueDir}/${bundle.bundleName}`)}`;
    try {
        await ssh(bundle, command, { input: archive(bundle), timeoutMs });
    } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        throw new Error(`${bundle.host}: writing ${bundle.bundleName} failed: ${saidBy(error.result, error)}`, {
            cause: error,
        });
    }
}

const saidBy = ({ stderr }: RunResult, error: Error) =>
    stderr.trim().split("\n").slice(-15).join("\n") || error.message;

/** Says of each file "NUMBER MODE OWNER CONTENT", the content in base64; nothing of a file that is not there. */
const readScript = `n=0; for file; do
    if [ -f "$file" ]; then echo "$n $(stat -c '%a %U:%G' "$file") $(base64 -w0 "$file")"; fi
    n=$((n + 1))
done`;

/**
 * The files as they are on the VM; one round trip. Those that are missing are left out, those that belong to their service
 * are not looked at. Undefined when the VM can't be reached: nothing is known then.
 * @throws CommandError
 */
export async function readBundle(target: SshTarget, files: readonly BundleFile[]): Promise<BundleFile[] | undefined> {
    const command = `sudo sh -c ${quote(readScript)} read ${files.map((file) => quote(file.path)).join(" ")}`;
    const { stdout, stderr, status } = await ssh(target, command, { okStatus: [0, 255], timeoutMs: 60_000 });
    if (status === 255) {
        console.error(`${target.host} can't be reached: ${stderr.trim()}`);
        return undefined;
    }
    const found = new Map(
        [...stdout.matchAll(/^(\d+) (\d+) (\S+) ?(\S*)$/gm)].map(([, number, mode, owner, content]) => [
            Number(number),
            { mode: mode.padStart(4, "0"), owner, content: Buffer.from(content, "base64").toString("utf8") },
        ]),
    );
    return files.flatMap((file, number) => {
        const there = found.get(number);
        if (!there) return [];
        return file.initial ? file : { ...file, ...there };
    });
}

/** Removes the files; a VM that can't be reached has none. One round trip. */
export async function removeFiles(target: SshTarget, paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    const command = `sudo rm -f -- ${paths.map(quote).join(" ")}`;
    await ssh(target, command, { okStatus: [0, 255], timeoutMs: 60_000 });
}
