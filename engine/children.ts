import { type ChildProcessByStdio, spawn } from "node:child_process";
import * as fs from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export type Child = ChildProcessByStdio<null, Readable, Readable>;

const children = new Set<Child>();

const setpriv = ["/usr/bin/setpriv", "/bin/setpriv"].find((file) => fs.existsSync(file));

interface StartOptions {
    env?: NodeJS.ProcessEnv;
    cwd?: string;
    /** Connects the child's descriptor 3 to the engine by a duplex stream, which is `stdio[3]` here. */
    connected?: boolean;
}

/**
 * Starts a program in its own process group, so that an interrupt at the terminal reaches only the engine, which then lets
 * running steps finish. The kernel kills it when the engine is gone, however the engine ended.
 */
export function start(argv: readonly string[], options: StartOptions): Child {
    const { connected, ...rest } = options;
    const full = setpriv ? [setpriv, "--pdeathsig", "KILL", "--", ...argv] : argv;
    const child = spawn(full[0], full.slice(1), {
        ...rest,
        stdio: ["ignore", "pipe", "pipe", ...(connected ? (["pipe"] as const) : [])],
        detached: true,
    }) as Child;
    children.add(child);
    child.once("exit", () => children.delete(child));
    return child;
}

/** Ends a child and everything it started in its process group. */
export function end(child: Child): void {
    if (child.pid === undefined) return;
    try {
        process.kill(-child.pid, "SIGKILL");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
}

export function endAll(): void {
    for (const child of children) end(child);
}

export function lines(stream: Readable, onLine: (line: string) => void): void {
    createInterface({ input: stream, crlfDelay: Infinity }).on("line", onLine);
}

/** The exit status, once all output was read; a signal counts as 128, a failure to start as 127. */
export function exitStatus(child: Child): Promise<number> {
    return new Promise((resolve) => {
        child.once("error", () => resolve(127));
        child.once("close", (status) => resolve(status ?? 128));
    });
}
