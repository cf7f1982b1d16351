import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import { ownerVariable } from "../../engine/backend/owner";
import type { EngineEvent } from "../../engine/events";
import { previewWithoutLab } from "../../lab/inside";
import { projectDir } from "../../paths";
import { messageOf, note } from "../result";
import type { EngineChoice } from "./choice";
import { embeddedArgv, pulumiArgv, pulumiSelectArgv, type EngineRequest } from "./commandline";
import { EventReader, follow, namelessFile, withoutSecrets } from "./events";
import { newLog } from "./log";
import { untrackedConfig } from "./untracked-config";
import { workplace } from "./workplace";

export interface EngineWatch {
    onEvent(event: EngineEvent): void;
    /** A line that is not an event, as printed. */
    onText(line: string): void;
}

export interface EngineEnd {
    /** Exit status; 128 and more: ended by a signal. */
    status: number;
    /** Ended by SIGKILL: from a person, or from the kernel when it ran out of memory. */
    killed: boolean;
    interrupted: boolean;
    events: EngineEvent[];
    /** The engine's standard error. */
    said: string;
    /** Every event and every line, in order. */
    log: string;
}

/** unshare(1) tries to end as the engine did, and fails if that was killed (util-linux 2.38). */
const UNSHARE_AFTER_KILL = /^unshare: sigprocmask unblock failed/m;

/** How the engine's command line is started: as it is, or wrapped so that it runs in the lab. */
export type Wrap = (argv: string[]) => string[];

interface Child {
    argv: string[];
    env: Record<string, string>;
    /** Descriptor of the events file, which the child opens as `eventLogPath`; undefined: standard output. */
    eventLog?: number;
}

/**
 * The engine behind the process that we started: the child of unshare(1), which forwards no signals. Only the engine is
 * interrupted, not its children: those are the work in progress.
 */
function enginePid(pid: number): number {
    try {
        if (fs.readFileSync(`/proc/${pid}/comm`, "utf8").trim() !== "unshare") return pid;
        return Number(fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]) || pid;
    } catch {
        return pid; // no /proc: not in a lab either
    }
}

/**
 * Forwards interrupts. The engine has its own process group, so a Ctrl-C on the terminal reaches only us; the first lets it
 * finish the work in progress, the second stops it.
 */
function forwardInterrupts(pid: number): { count(): number; restore(): void } {
    let count = 0;
    const forward = (): void => {
        count++;
        note(
            count === 1
                ? "interrupted: what is in flight is finished and recorded; a second interrupt stops at once"
                : "stopping at once",
        );
        try {
            process.kill(enginePid(pid), "SIGINT");
        } catch {
            // it has ended already
        }
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, forward);
    return {
        count: () => count,
        restore: () => signals.forEach((signal) => process.removeListener(signal, forward)),
    };
}

/** The first descriptor after standard error, which is the event log's in the official CLI. */
const eventLogPath = "/dev/fd/3";

function runChild({ argv, env, eventLog }: Child, log: string, watch: EngineWatch): Promise<EngineEnd> {
    return new Promise((resolve, reject) => {
        const logFile = fs.createWriteStream(log, { flags: "a" });
        const events: EngineEvent[] = [];
        let said = "";
        const isLogged = eventLog !== undefined;
        const reader = new EventReader(
            (received, line) => {
                const event = isLogged ? withoutSecrets(received) : received;
                if (!event) return;
                logFile.write(`${isLogged ? JSON.stringify(event) : line}\n`);
                events.push(event);
                watch.onEvent(event);
            },
            (line) => {
                if (isLogged) return; // a torn event, whose content is unknown
                logFile.write(`${line}\n`);
                watch.onText(line);
            },
        );
        const child = spawn(argv[0], argv.slice(1), {
            cwd: projectDir,
            env: { ...process.env, ...env },
            stdio: ["ignore", "pipe", "pipe", ...(isLogged ? [eventLog] : [])],
            detached: true,
        });
        const interrupts = forwardInterrupts(child.pid ?? 0);
        const followed = isLogged ? follow(eventLog, (chunk) => reader.take(chunk)) : undefined;
        child.stdout!.setEncoding("utf8").on("data", (chunk: string) => {
            if (!followed) reader.take(chunk); // otherwise it repeats the events in other words
        });
        child.stderr!.setEncoding("utf8").on("data", (chunk: string) => {
            said += chunk;
            logFile.write(chunk);
        });
        const finish = (): void => {
            followed?.stop();
            reader.end();
            interrupts.restore();
        };
        child.on("error", (error) => {
            finish();
            logFile.end(() => reject(new Error(`${argv[0]} could not be started: ${messageOf(error)}`)));
        });
        child.on("close", (code, signal) => {
            finish();
            const killed = signal === "SIGKILL" || code === 137 || UNSHARE_AFTER_KILL.test(said);
            logFile.end(() =>
                resolve({
                    status: killed ? 137 : (code ?? 128 + os.constants.signals[signal!]),
                    killed,
                    interrupted: interrupts.count() > 0,
                    events,
                    said: said.trim(),
                    log,
                }),
            );
        });
    });
}

/** Runs one operation with the chosen engine and passes on its events as they arrive. */
export async function runEngine(
    choice: EngineChoice,
    request: EngineRequest,
    wrap: Wrap,
    watch: EngineWatch,
): Promise<EngineEnd> {
    const log = newLog(`${request.stack}-${request.operation}`, "ndjson");
    const preview: Record<string, string> = request.operation === "preview" ? { [previewWithoutLab]: "true" } : {};
    if (choice.engine === "embedded") {
        const env = { ...preview, [ownerVariable]: String(process.pid) };
        return runChild({ argv: wrap(embeddedArgv(request)), env }, log, watch);
    }

    const { env: ofPlace, configDir, makesStack, leave } = workplace(request);
    try {
        const env = { ...(await pulumiEnvironment()), ...ofPlace, ...preview };
        const config = untrackedConfig(projectDir, request.stack, configDir);
        if (makesStack) {
            const argv = pulumiSelectArgv(choice, request.stack, config.dir);
            const selected = await runChild({ argv, env }, log, watch);
            if (selected.status !== 0) return selected;
        }
        const argv = pulumiArgv(choice, request, { eventLog: eventLogPath, configFile: config.file });
        return await runChild({ argv: wrap(argv), env, eventLog: namelessFile(`${log}.events`) }, log, watch);
    } finally {
        leave();
    }
}

/** Gives the official CLI the state and passphrase of the embedded engine. */
async function pulumiEnvironment(): Promise<Record<string, string>> {
    const { passphrase } = await import("../../engine/secrets/phrase");
    const { phrase, notice } = passphrase();
    if (notice) note(notice);
    return { PULUMI_DEBUG_COMMANDS: "true", PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_CONFIG_PASSPHRASE: phrase };
}
