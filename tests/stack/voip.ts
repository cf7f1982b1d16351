import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../../paths";
import { CommandError, run, type RunOptions, type RunResult } from "../../process/run";
import { stack, testRoot } from "./environment";

const command = path.join(projectDir, "voip");

/** What every `./voip` of this run printed, a file each, but for what is asked to show secrets. */
export const saidDir = path.join(testRoot, "said");

function keep(args: string[], { stdout, stderr }: RunResult): void {
    const shows = args[0] === "shell" || (args[0] === "extension" && args.includes("add"));
    if (shows || args.includes("--show-secrets")) return;
    fs.mkdirSync(saidDir, { recursive: true, mode: 0o700 });
    const name = `${Date.now()}-${process.pid}-${args.join(" ").replace(/[^\w.-]+/g, "-")}`.slice(0, 100);
    fs.appendFileSync(path.join(saidDir, name), `${stdout}${stderr}`);
}

/** Runs `./voip` as a person would, in the environment of the tests. */
export async function voip(args: string[], options: RunOptions = {}): Promise<RunResult> {
    try {
        const result = await run([command, ...args], { cwd: projectDir, timeoutMs: 900_000, ...options });
        keep(args, result);
        return result;
    } catch (error) {
        if (error instanceof CommandError) keep(args, error.result);
        throw error;
    }
}

/**
 * Runs `./voip VERB ... --json` on the tests' stack and returns the object it printed.
 * @throws Error when it fails, or when standard output is anything but one JSON object.
 */
export async function voipJson<T>(verb: string, ...args: string[]): Promise<T> {
    const result = await voip([verb, "--stack", stack, "--json", ...args]);
    const value: unknown = JSON.parse(result.stdout);
    if (typeof value !== "object" || value === null) throw new Error(`${verb} --json printed ${result.stdout}`);
    return value as T;
}

/** Runs `./voip` where it must fail; returns what it said. */
export async function voipFails(args: string[]): Promise<RunResult> {
    const failure = await voip(args).catch((error: unknown) => error);
    if (!(failure instanceof CommandError)) throw new Error(`./voip ${args.join(" ")} succeeded, but had to fail`);
    return failure.result;
}

/** Starts `./voip` and leaves it running, its output thrown away. */
export function voipStart(args: string[]): { child: ChildProcess; ended: Promise<number | null> } {
    // jest gives a test its own process.env, which spawn would not look at by itself
    const child = spawn(command, args, { cwd: projectDir, stdio: "ignore", env: process.env });
    const ended = new Promise<number | null>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", resolve);
    });
    return { child, ended };
}
