import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { nodeArgv } from "../process/node";

/** One of our processes in another network namespace: a JSON line in, a JSON line out. */
export interface Worker {
    ask<T>(order: unknown): Promise<T>;
    /** Ends it and waits for its end. */
    end(): Promise<void>;
}

/** @param enter the command line that enters the namespace */
export function startWorker(enter: (argv: string[]) => string[], module: string): Worker {
    const argv = ["setpriv", "--pdeathsig", "TERM", ...enter(nodeArgv(module))];
    const child = spawn(argv[0], argv.slice(1), { stdio: ["pipe", "pipe", "pipe"] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
    child.stdin.on("error", () => undefined); // its end shows in its answers
    const ended = new Promise<void>((resolve) => {
        child.on("error", (error) => {
            said += error.message;
            resolve();
        });
        child.on("close", () => resolve());
    });
    return {
        async ask<T>(order: unknown): Promise<T> {
            child.stdin.write(`${JSON.stringify(order)}\n`);
            const line = await lines.next();
            if (line.done) throw new Error(`${module} ended: ${said.trim() || "no message"}`);
            return JSON.parse(line.value) as T;
        },
        async end() {
            child.stdin.end();
            await ended;
        },
    };
}
