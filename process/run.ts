import { spawn } from "node:child_process";

export interface RunOptions {
    /** Written to standard input, which is then closed; without it, standard input is empty. */
    input?: string | Buffer;
    /** Added to the environment of this process. */
    env?: Record<string, string>;
    cwd?: string;
    /** Milliseconds after which the command is killed; none by default. */
    timeoutMs?: number;
    /** Called with each line of standard output and standard error, for progress. */
    onLine?: (line: string, stream: "stdout" | "stderr") => void;
    /** Kills the command when it is aborted. */
    signal?: AbortSignal;
    /**
     * Runs the command in its own process group: an interrupt at the terminal does not reach it, and a kill reaches its
     * children too.
     */
    ownGroup?: boolean;
    /** Exit statuses that are answers, not failures; [0] by default. */
    okStatus?: number[];
}

export interface RunResult {
    stdout: string;
    stderr: string;
    status: number;
}

/** A command that could not be started, failed, or took too long. The message ends with its last output. */
export class CommandError extends Error {
    constructor(
        readonly argv: readonly string[],
        readonly result: RunResult,
        readonly reason: string,
    ) {
        const said = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-15).join("\n");
        super(`${argv.slice(0, 6).join(" ")}${argv.length > 6 ? " ..." : ""}: ${reason}${said ? `\n${said}` : ""}`);
        this.name = "CommandError";
    }
}

function killGroup(leader: number): void {
    try {
        process.kill(-leader, "SIGKILL");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // ESRCH: it has ended meanwhile
    }
}

/**
 * Runs one command without a shell and waits for its end.
 * @throws CommandError if it can't be started, exits with a status not in `okStatus`, or exceeds `timeoutMs`.
 */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return new Promise((resolve, reject) => {
        const child = spawn(argv[0], argv.slice(1), {
            cwd: options.cwd,
            env: { ...process.env, ...options.env },
            stdio: ["pipe", "pipe", "pipe"],
            detached: options.ownGroup,
        });
        const result: RunResult = { stdout: "", stderr: "", status: -1 };
        let killedFor: string | undefined;
        const kill = (reason: string): void => {
            killedFor = reason;
            if (options.ownGroup && child.pid) killGroup(child.pid);
            else child.kill("SIGKILL");
        };
        const { timeoutMs } = options;
        const timer =
            timeoutMs === undefined
                ? undefined
                : setTimeout(() => kill(`no end after ${timeoutMs} ms, killed`), timeoutMs);
        const abort = (): void => kill("interrupted, killed");
        options.signal?.addEventListener("abort", abort);
        if (options.signal?.aborted) abort();

        for (const stream of ["stdout", "stderr"] as const) {
            let rest = "";
            child[stream].setEncoding("utf8");
            child[stream].on("data", (chunk: string) => {
                result[stream] += chunk;
                if (!options.onLine) return;
                const lines = (rest + chunk).split("\n");
                rest = lines.pop() ?? "";
                for (const line of lines) options.onLine(line, stream);
            });
            child[stream].on("end", () => {
                if (rest) options.onLine?.(rest, stream);
            });
        }
        child.stdin.on("error", () => undefined); // a command may end without reading all of its input
        child.stdin.end(options.input ?? "");

        const settle = (): void => {
            clearTimeout(timer);
            options.signal?.removeEventListener("abort", abort);
        };
        child.on("error", (error: NodeJS.ErrnoException) => {
            settle();
            const reason = error.code === "ENOENT" ? "command not found" : error.message;
            reject(new CommandError(argv, result, reason));
        });
        child.on("close", (status, signal) => {
            settle();
            result.status = status ?? -1;
            if (killedFor) reject(new CommandError(argv, result, killedFor));
            else if ((options.okStatus ?? [0]).includes(result.status)) resolve(result);
            else reject(new CommandError(argv, result, signal ? `killed by ${signal}` : `exit status ${status}`));
        });
    });
}
