import * as fs from "node:fs";
import * as path from "node:path";
import { stateDir } from "../paths";
import { CommandError, run } from "../process/run";
import { lockFile, removeUnlessLocked, type Shelf } from "./cache";
import { outerNetworkNamespace } from "./host";
import { scriptPath } from "./recipe";

export interface BuildStep {
    shelf: Shelf;
    /** Name of the entry that the script makes. */
    entry: string;
    /** File in images/scripts/. */
    script: string;
    /** The script's arguments. */
    env: Record<string, string>;
    /** Called with each line that the script marks as progress. */
    progress: (line: string) => void;
}

/**
 * Runs a build script under the lock of its entry, in separate namespaces: when this process, the script or anything between
 * them ends, the kernel ends everything that the script started and unmounts everything that it mounted.
 * @throws Error with the cause as reported by apt, dpkg or the script, what to do, and the path of the log
 */
export async function runStep(step: BuildStep): Promise<void> {
    const log = path.join(stateDir(), "logs", `${step.entry.replace(/-[0-9a-f]{12}$/, "")}-image-build.log`);
    fs.mkdirSync(path.dirname(log), { recursive: true });
    const lines: string[] = [];
    try {
        await run(await sandboxArgv(step), {
            onLine: (line) => {
                if (line.startsWith("@ ")) step.progress(line.slice(2));
                else lines.push(line);
            },
        });
    } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        await removeUnlessLocked(step.shelf, `${step.entry}.tmp`);
        throw new Error(`${step.entry} could not be built: ${cause(lines, error)}; the log is ${log}`, {
            cause: error,
        });
    } finally {
        fs.writeFileSync(log, `${lines.join("\n")}\n`);
    }
}

async function sandboxArgv(step: BuildStep): Promise<string[]> {
    const outer = await outerNetworkNamespace();
    const wanted = /^(PATH|HOME|https?_proxy|no_proxy|PIP_\w+)$/; // includes pip's settings
    const inherited = Object.keys(process.env).filter((name) => wanted.test(name));
    const env = { ...Object.fromEntries(inherited.map((name) => [name, process.env[name]])), ...step.env };
    return [
        ...["setpriv", "--pdeathsig", "KILL"],
        ...["flock", "--no-fork", "--exclusive", await lockFile(step.shelf, step.entry)],
        ...(outer ? ["nsenter", `--net=${outer}`] : []),
        ...["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"],
        ...["env", "-i", "LC_ALL=C.UTF-8", ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
        ...["bash", scriptPath(step.script)],
    ];
}

/** Known failures: a pattern in the log, and what to do. */
const advice: [RegExp, string][] = [
    [
        /NO_PUBKEY|Missing key/,
        "the archive is signed with a key this host does not know: install the newest debian-archive-keyring",
    ],
    [
        /Release file .* (is expired|is not valid)|is no longer valid|Valid-Until/,
        "if the mirror is a frozen one, set checkValidUntil to false",
    ],
    [
        /THESE PACKAGES DO NOT MATCH THE HASHES/,
        "the index offers another file than the one that was checked: see where pip fetches from (pip config list)",
    ],
    [
        /No matching distribution found/,
        "pip finds no such wheel for this machine: see where pip fetches from (pip config list)",
    ],
    [/Could not resolve|Temporary failure resolving|Could not connect/, "the Debian mirror can't be reached"],
    [/No space left on device/, "the disk of the image cache is full"],
    [
        /Operation not permitted|must be superuser|permission denied/i,
        "images are built as root, with the right to mount",
    ],
];

/** The error reported by apt, dpkg or a tool; else the last output before the script recorded where it ended. */
function cause(lines: string[], error: CommandError): string {
    const spoken = lines.filter((line) => line.trim() && !line.startsWith("error: "));
    const errors = spoken.filter((line) => /^(E|ERROR|dpkg|mke2fs|mount): /.test(line));
    const said = (errors.length > 0 ? errors : spoken).slice(-3).join("; ");
    const hint = advice.find(([pattern]) => lines.some((line) => pattern.test(line)))?.[1];
    return `${said || error.message}${hint ? ` (${hint})` : ""}`;
}
