import { spawn } from "node:child_process";

export interface RunOptions {
    /** Written to standard input, which is then closed; without it, standard input is empty. */
    input?: string | Buffer;
    /** Added to the environment of this process. */
    env?: Record<string, string>;
    cwd?: string;
    /** Milliseconds after which the command is killed; none by default. */
    timeoutMs?: number;
    /** Called with each complete line of standard output and standard error, for progress. */
    onLine?: (line: string) => void;
    /** Exit statuses that are answers, not failures; [0] by default. */
    okStatus?: number[];
}

export interface RunResult {
    stdout: string;
    stderr: string;
    status: number;
}

/** A command that could not be started, failed, or took too long. The message ends with what it printed last. */
export class CommandError extends Error {
    constructor(
        readonly argv: readonly string[],
        readonly result: RunResult,
        reason: string,
    ) {
        const said = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-15).join("\n");
        super(`${argv.slice(0, 6).join(" ")}${argv.length > 6 ? " ..." : ""}: ${reason}${said ? `\n${said}` : ""}`);
        this.name = "CommandError";
    }
}

/**
 * Runs one command without a shell and waits for its end.
 * @throws CommandError when it can't be started, exits with a status not in `okStatus`, or runs into `timeoutMs`.
 */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return new Promise((resolve, reject) => {
        const child = spawn(argv[0], argv.slice(1), {
            cwd: options.cwd,
            env: { ...process.env, ...options.env },
            stdio: ["pipe", "pipe", "pipe"],
        });
        const result: RunResult = { stdout: "", stderr: "", status: -1 };
        let late = false;
        const timer =
            options.timeoutMs === undefined
                ? undefined
                : setTimeout(() => {
                      late = true;
                      child.kill("SIGKILL");
                  }, options.timeoutMs);

        for (const stream of ["stdout", "stderr"] as const) {
            let rest = "";
            child[stream].setEncoding("utf8");
            child[stream].on("data", (chunk: string) => {
                result[stream] += chunk;
                if (!options.onLine) return;
                const lines = (rest + chunk).split("\n");
                rest = lines.pop() ?? "";
                lines.forEach(options.onLine);
            });
        }
        child.stdin.on("error", () => undefined); // a command may end without reading all of its input
        child.stdin.end(options.input ?? "");

        child.on("error", (error: NodeJS.ErrnoException) => {
            clearTimeout(timer);
            const reason = error.code === "ENOENT" ? "command not found" : error.message;
            reject(new CommandError(argv, result, reason));
        });
        child.on("close", (status, signal) => {
            clearTimeout(timer);
            result.status = status ?? -1;
            if (late) reject(new CommandError(argv, result, `no end after ${options.timeoutMs} ms, killed`));
            else if ((options.okStatus ?? [0]).includes(result.status)) resolve(result);
            else reject(new CommandError(argv, result, signal ? `killed by ${signal}` : `exit status ${status}`));
        });
    });
}
