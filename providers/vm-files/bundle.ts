import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { shellWord, ssh, type SshTarget } from "../../clients/ssh";
import { CommandError, type RunResult } from "../../process/run";
import { tar } from "./tar";

export interface BundleFile {
    path: string;
    content: string;
    /** Octal permissions, such as 0644. */
    mode: string;
    /** As for chown(1), such as root:root. */
    owner: string;
    /** Written only if it does not exist: from then on the file is the service's. */
    initial: boolean;
}

export interface BundleCommand {
    /** Files whose change triggers the command. */
    paths: string[];
    /** Shell command, run as root after the new files are in place. */
    command: string;
}

export interface Bundle extends SshTarget {
    /** Distinguishes the bundles of a VM. */
    bundleName: string;
    files: BundleFile[];
    apply: BundleCommand[];
}

/** On the VM; pending commands, and new files until they are in place. */
const stateDir = "/var/lib/voip-stack";

const timeoutMs = 5 * 60_000;
const script = () => fs.readFileSync(path.join(__dirname, "bundle.sh"), "utf8");
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const plainMode = (mode: string) => parseInt(mode, 8).toString(8);

/** The archive that `bundle.sh` unpacks. */
export function archive({ files, apply }: Pick<Bundle, "files" | "apply">): Buffer {
    const numberOf = (name: string) => files.findIndex((file) => file.path === name);
    const line = ({ path: name, mode, owner, initial, content }: BundleFile, number: number) =>
        `${number} ${plainMode(mode)} ${owner} ${initial ? "initial" : sha256(content)} ${name}\n`;
    const mark = ({ command }: BundleCommand) => sha256(command).slice(0, 16);
    const text: Record<string, string> = {
        files: files.map(line).join(""),
        apply: apply.map((step) => `${mark(step)} ${step.command}\n`).join(""),
        watch: apply.flatMap((step) => step.paths.map((name) => `${mark(step)} ${numberOf(name)}\n`)).join(""),
    };
    const control = Object.entries(text).map(([name, content]) => ({ name, content: Buffer.from(content) }));
    const members = files.map(({ content, mode, owner }, number) => {
        const [user, group] = owner.split(":");
        return { name: String(number), content: Buffer.from(content), mode: parseInt(mode, 8), user, group };
    });
    return tar([...control, ...members]);
}

/**
 * Writes the differing files, replacing all old ones at once, then runs the commands that one of them triggers; one round trip.
 * @throws Error with the name of the VM and the failure
 */
export async function writeBundle(bundle: Bundle): Promise<void> {
    const command = `sudo sh -c ${shellWord(script())} bundle ${stateDir} ${shellWord(bundle.bundleName)}`;
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

/** Digest, mode and owner of each existing file: lines "SHA256  PATH", then lines "MODE OWNER  PATH". */
const lookScript = `for file; do shift; if [ -f "$file" ]; then set -- "$@" "$file"; fi; done
if [ $# -gt 0 ]; then sha256sum -- "$@" && stat -c '%a %U:%G  %n' -- "$@"; fi`;

async function look(target: SshTarget, script: string, paths: readonly string[]): Promise<string | undefined> {
    const command = `sudo sh -c ${shellWord(script)} look ${paths.map(shellWord).join(" ")}`;
    const { stdout, stderr, status } = await ssh(target, command, { okStatus: [0, 255], timeoutMs: 60_000 });
    if (status !== 255) return stdout;
    console.error(`${target.host} can't be reached: ${stderr.trim()}`);
    return undefined;
}

/**
 * The files as they are on the VM; one round trip, and one for each file whose content differs. Missing files are left out;
 * files that belong to their service count as unchanged. Undefined if the VM is unreachable: then nothing is known.
 * @throws CommandError
 */
export async function readBundle(target: SshTarget, files: readonly BundleFile[]): Promise<BundleFile[] | undefined> {
    const seen = await look(
        target,
        lookScript,
        files.map((file) => file.path),
    );
    if (seen === undefined) return undefined;
    const sums = new Map([...seen.matchAll(/^([0-9a-f]{64}) [ *](.+)$/gm)].map(([, sum, name]) => [name, sum]));
    const modes = new Map(
        [...seen.matchAll(/^(\d{3,4}) (\S+) {2}(.+)$/gm)].map(([, mode, owner, name]) => [name, { mode, owner }]),
    );

    const found: BundleFile[] = [];
    for (const file of files) {
        const { mode, owner } = modes.get(file.path) ?? {};
        if (mode === undefined || owner === undefined) continue;
        const same = file.initial || sums.get(file.path) === sha256(file.content);
        const content = same ? file.content : await look(target, 'cat -- "$1"', [file.path]);
        if (file.initial) found.push(file);
        else found.push({ ...file, mode: mode.padStart(4, "0"), owner, content: content ?? "" });
    }
    return found;
}

/** Removes the files; an unreachable VM counts as having none. One round trip. */
export async function removeFiles(target: SshTarget, paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    const command = `sudo rm -f -- ${paths.map(shellWord).join(" ")}`;
    await ssh(target, command, { okStatus: [0, 255], timeoutMs: 60_000 });
}
