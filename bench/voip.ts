import { spawn } from "node:child_process";
import * as path from "node:path";
import { projectDir } from "../paths";
import { sampleEngineMemory, type EngineMemory } from "./memory";

export interface Timed {
    seconds: number;
    /** Of the engine's processes, at its peak. */
    engine: EngineMemory;
    /** The JSON object it printed. */
    facts: Record<string, unknown>;
}

/** Runs `./voip ARGS --json` as a user would, and times it; its progress goes to standard error. */
export function timedVoip(args: string[], env: Record<string, string>): Promise<Timed> {
    return new Promise((resolve, reject) => {
        const start = performance.now();
        const child = spawn(path.join(projectDir, "voip"), [...args, "--json"], {
            env: { ...process.env, ...env },
            stdio: ["ignore", "pipe", "inherit"],
        });
        const memory = sampleEngineMemory(child.pid ?? 0);
        let stdout = "";
        child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
        child.on("error", reject);
        child.on("close", (status) => {
            const engine = memory();
            const seconds = Math.round((performance.now() - start) / 10) / 100;
            const facts = stdout ? (JSON.parse(stdout) as Record<string, unknown>) : {};
            if (status === 0) return resolve({ seconds, engine, facts });
            const why = typeof facts.error === "string" ? `: ${facts.error}` : "";
            return reject(new Error(`./voip ${args.join(" ")} failed with status ${status}${why}`));
        });
    });
}
