import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { cacheDir, projectDir, secretsDirOf, stackPaths } from "../paths";
import { waitFor } from "../process/wait";
import { netnsHandle } from "./netns";
import { initialEnvironment, processes } from "./procfs";

/** Set in the environment of a lab's first process, to find it again. */
const marker = "VOIP_STACK_LAB";

/** The directories that init.sh makes visible in the lab: the path there, and the directory on the host that it must be. */
function views(stack: string): Record<string, string> {
    const { dataDir, runDir } = stackPaths(stack);
    return {
        [runDir]: runDir,
        [secretsDirOf(runDir)]: secretsDirOf(runDir),
        [dataDir]: dataDir,
        "/etc/libvirt": path.join(dataDir, "libvirt", "etc"),
        "/var/lib/libvirt": path.join(dataDir, "libvirt", "lib"),
        "/var/cache/libvirt": path.join(dataDir, "libvirt", "cache"),
        "/var/log/libvirt": path.join(dataDir, "libvirt", "log"),
        "/run/libvirt": path.join(runDir, "libvirt"),
    };
}

/** The lab's first process (init.sh, later tini), as seen from the host; undefined if there is none. */
export function findInit(stack: string): number | undefined {
    return processes().find(({ pid, nestedPids }) => nestedPids[1] === 1 && initialEnvironment(pid, marker) === stack)
        ?.pid;
}

/** Whether every directory that the lab's daemons use is still the one it should be. */
export function viewsIntact(stack: string, init: number): boolean {
    return Object.entries(views(stack)).every(([inside, outside]) => {
        try {
            const seen = fs.statSync(`/proc/${init}/root${inside}`);
            const wanted = fs.statSync(outside);
            return seen.dev === wanted.dev && seen.ino === wanted.ino;
        } catch {
            return false;
        }
    });
}

/**
 * Starts the lab's first process in its network namespace and in new PID and mount namespaces, so that it outlives us.
 * @throws Error with its output if it ends, or isn't ready after 20 s.
 */
export async function startInit(stack: string): Promise<number> {
    const { dataDir, netns, runDir } = stackPaths(stack);
    for (const dir of [...Object.values(views(stack)), cacheDir()]) fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
    const log = path.join(runDir, "init.log");
    const said = fs.openSync(log, "w");
    const child = spawn(
        "nsenter",
        [`--net=${netnsHandle(netns)}`, "unshare", "--mount", "--propagation=slave", "--pid", "--fork"].concat([
            "sh",
            path.join(projectDir, "lab", "init.sh"),
            runDir,
            dataDir,
            cacheDir(),
        ]),
        { cwd: "/", detached: true, stdio: ["ignore", said, said], env: { PATH: process.env.PATH, [marker]: stack } },
    );
    fs.closeSync(said);
    let ended = false;
    child.once("error", () => (ended = true)).once("exit", () => (ended = true));
    const ready = await waitFor(
        `the first process of lab ${stack}`,
        () => {
            if (ended) return { failed: true };
            const init = findInit(stack);
            const isReady = init && fs.readFileSync(`/proc/${init}/comm`, "utf8").trim() === "tini";
            return isReady ? { init } : undefined;
        },
        { deadlineMs: 20_000, intervalMs: 20 },
    );
    child.removeAllListeners().unref();
    if (ready.init === undefined)
        throw new Error(`lab ${stack} did not start:\n${fs.readFileSync(log, "utf8").trim()}`);
    return ready.init;
}

/** Kills the lab's first process; the kernel kills everything in its PID namespace with it. */
export async function killInit(stack: string): Promise<void> {
    const init = findInit(stack);
    if (init === undefined) return;
    process.kill(init, "SIGKILL");
    await waitFor(`the end of lab ${stack}`, () => (findInit(stack) === undefined ? true : undefined), {
        deadlineMs: 20_000,
        intervalMs: 20,
    });
}
