import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { DockerApi } from "../../clients/docker/api";
import { withDocker } from "../../clients/docker/session";
import { shellWord } from "../../clients/ssh";
import { run } from "../../process/run";
import { waitFor } from "../../process/wait";

export interface DaemonDefinition {
    dataDir: string;
    runDir: string;
    socket: string;
    cgroup: string;
    layers: string[];
    store: string;
}

/** What is needed to tell a daemon something. */
type Addressee = Pick<DaemonDefinition, "dataDir">;

export type DaemonState = "answering" | "not answering" | "without its images" | "of another version";

/** What starts a daemon, and arranges what it sees. */
const program = path.join(__dirname, "run.sh");

/** Where lab/supervise.sh looks for a program to run. */
const serviceDir = ({ dataDir }: Addressee) => path.join(dataDir, "dockerd");
const runFile = (definition: Addressee) => path.join(serviceDir(definition), "run");
const dockerDir = ({ dataDir }: DaemonDefinition) => path.join(dataDir, "docker");
/** In the daemon's data: the image whose store it started with. */
const originFile = (definition: DaemonDefinition) => path.join(dockerDir(definition), "voip-stack-origin");

export const dockerHost = ({ socket }: DaemonDefinition): string => `unix://${socket}`;

/** Seconds for the daemon to answer, on a machine that boots VMs at the same time. */
const startSeconds = 90;
/** Seconds for all containers to end. */
const stopSeconds = 60;

/**
 * Starts the daemon, with its self-restarting containers; does nothing if it already runs. A daemon that another version started is
 * started anew. One that was made from another image is stopped, and its containers, which that image's store does not know, are lost.
 * @throws Error with the end of the daemon's log
 */
export async function startDaemon(definition: DaemonDefinition): Promise<void> {
    const state = await daemonState(definition);
    if (state === "answering") return;
    if (state === "of another version") await endDaemon(definition);
    if (readOrigin(definition) !== definition.store) {
        await stopDaemon(definition);
        await fillStore(definition);
    }
    const service = serviceDir(definition);
    fs.writeFileSync(path.join(service, "settings"), settings(definition), { mode: 0o600 });
    const made = `${runFile(definition)}.new`;
    fs.copyFileSync(program, made);
    fs.chmodSync(made, 0o700);
    fs.renameSync(made, runFile(definition));
    try {
        const answers = async () => {
            tell(definition, "wake");
            return (await isAnswering(definition)) ? true : undefined;
        };
        await waitFor("Docker to answer", answers, { deadlineMs: startSeconds * 1000 });
    } catch (error) {
        const log = path.join(service, "log");
        const said = fs.existsSync(log) ? fs.readFileSync(log, "utf8").trim().split("\n").slice(-10).join("\n") : "";
        const reason = said || "it was not started: does the lab run, and was it made by this version?";
        throw new Error(`the lab's Docker does not answer at ${definition.socket} after ${startSeconds} s: ${reason}`, {
            cause: error,
        });
    }
}

/** Stops the daemon and all its containers; does nothing if none runs. */
export async function stopDaemon(definition: DaemonDefinition): Promise<void> {
    fs.rmSync(runFile(definition), { force: true });
    if (!(await isAnswering(definition))) return;
    await withDocker(dockerHost(definition), async (api) => {
        const running = (await api.call("GET", "/containers/json")) as { Id: string }[];
        const stop = ({ Id }: { Id: string }) =>
            api.call("POST", `/containers/${Id}/stop`, {
                query: { t: "30" },
                signal: AbortSignal.timeout(stopSeconds * 1000),
            });
        await Promise.all(running.map(stop));
    });
    const ended = async () => {
        tell(definition, "stop");
        return (await isAnswering(definition)) ? undefined : true;
    };
    await waitFor("the lab's Docker to end", ended, { deadlineMs: stopSeconds * 1000 });
}

/**
 * Ends the daemon as a machine does that is switched off: it ends its containers, and starts them again when it is started. Does
 * nothing if none runs.
 */
export async function endDaemon(definition: Addressee): Promise<void> {
    fs.rmSync(runFile(definition), { force: true });
    const pid = path.join(serviceDir(definition), "pid"); // of the daemon; emptied when it has ended
    let isTold = false; // only once: at the third time, it would leave its containers as they are
    const ended = async () => {
        if (!fs.existsSync(pid) || fs.readFileSync(pid, "utf8") === "") return true;
        isTold ||= tell(definition, "stop");
        return undefined;
    };
    await waitFor("the lab's Docker to end with its containers", ended, { deadlineMs: stopSeconds * 1000 });
}

export async function daemonState(definition: DaemonDefinition): Promise<DaemonState> {
    if (!(await isAnswering(definition))) return "not answering";
    if (readOrigin(definition) !== definition.store) return "without its images";
    return sameContent(runFile(definition), program) ? "answering" : "of another version";
}

const sameContent = (one: string, other: string): boolean =>
    fs.existsSync(one) && fs.readFileSync(one).equals(fs.readFileSync(other));

/** Whether the daemon can limit the memory of containers: it has the host's controller for that only where that is of version 2. */
export async function limitsMemory(definition: DaemonDefinition): Promise<boolean> {
    const info = await withDocker(dockerHost(definition), (api) => api.call("GET", "/info"));
    return (info as { MemoryLimit?: boolean }).MemoryLimit === true;
}

/** Removes the daemon's data; the daemon has been stopped. */
export function removeDaemon(definition: DaemonDefinition): void {
    fs.rmSync(dockerDir(definition), { recursive: true, force: true });
    for (const file of ["settings", "log"]) fs.rmSync(path.join(serviceDir(definition), file), { force: true });
}

/** Makes the daemon's data from the image's: by links if possible, as layers of images are never written to. */
async function fillStore(definition: DaemonDefinition): Promise<void> {
    const made = `${dockerDir(definition)}.new`;
    fs.rmSync(made, { recursive: true, force: true });
    fs.mkdirSync(made, { recursive: true, mode: 0o710 });
    const [linked, copied] = [["overlay2"], fs.readdirSync(definition.store).filter((name) => name !== "overlay2")].map(
        (names) => names.map((name) => path.join(definition.store, name)),
    );
    await run(["cp", "--archive", "--link", ...linked, made]).catch(() =>
        run(["cp", "--archive", "--remove-destination", ...linked, made]),
    );
    await run(["cp", "--archive", ...copied, made]);
    fs.writeFileSync(path.join(made, path.basename(originFile(definition))), definition.store);
    fs.rmSync(dockerDir(definition), { recursive: true, force: true });
    fs.renameSync(made, dockerDir(definition));
}

function readOrigin(definition: DaemonDefinition): string | undefined {
    const file = originFile(definition);
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
}

/** Shell variables for run.sh. */
function settings({ dataDir, runDir, socket, cgroup, layers, store }: DaemonDefinition): string {
    const variables = {
        DATA_DIR: dataDir,
        RUN_DIR: runDir,
        SOCKET: socket,
        CGROUP: cgroup,
        LAYERS: layers.join(":"),
        STORE: store,
        PROGRAM: createHash("sha256").update(fs.readFileSync(program)).digest("hex"), // run.sh remounts when one of these changes
    };
    return Object.entries(variables)
        .map(([name, value]) => `${name}=${shellWord(value)}\n`)
        .join("");
}

/** Writes a line into a FIFO of lab/supervise.sh, if that is waiting for one. @returns whether it was */
function tell(definition: Addressee, fifo: "wake" | "stop"): boolean {
    try {
        const open = fs.openSync(
            path.join(serviceDir(definition), fifo),
            fs.constants.O_WRONLY | fs.constants.O_NONBLOCK,
        );
        fs.writeSync(open, "\n");
        fs.closeSync(open);
        return true;
    } catch (error) {
        const { code = "" } = error as NodeJS.ErrnoException;
        if (!["ENXIO", "ENOENT", "EPIPE"].includes(code)) throw error; // nobody waits, or there is no lab
        return false;
    }
}

async function isAnswering(definition: DaemonDefinition): Promise<boolean> {
    const ping = (api: DockerApi) => api.call("GET", "/version", { signal: AbortSignal.timeout(5000) });
    return withDocker(dockerHost(definition), ping).then(
        () => true,
        () => false,
    );
}
