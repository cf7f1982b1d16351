import * as fs from "node:fs";
import * as path from "node:path";
import { messageOf, note } from "../cli/result";
import { cacheDir, projectDir } from "../paths";
import { timedVoip, type Timed } from "./voip";

/** Benchmarks that bring up a platform have a separate stack and state. */
export const benchStack = "bench";

/** Its configuration is that of the stack dev; the file exists while the benchmark runs. */
const stackFile = (stack: string): string => path.join(projectDir, `Pulumi.${stack}.yaml`);

export interface BenchPlatform {
    /** Folder of all files of the benchmark, emptied at its start and end. */
    dir: string;
    /** Runs `./voip ARGS --stack bench --json`; `more` is added to its environment. */
    voip(args: string[], more?: Record<string, string>): Promise<Timed>;
}

/** Runs a benchmark with a separate stack, and destroys its remains. */
export async function withBenchPlatform<T>(name: string, work: (platform: BenchPlatform) => Promise<T>): Promise<T> {
    const dir = path.join(cacheDir(), "bench");
    fs.rmSync(dir, { recursive: true, force: true });
    fs.mkdirSync(path.join(dir, "backend"), { recursive: true, mode: 0o700 });
    const env = {
        PULUMI_BACKEND_URL: `file://${path.join(dir, "backend")}`,
        XDG_STATE_HOME: path.join(dir, "state"),
        XDG_CONFIG_HOME: path.join(dir, "config"),
    };
    const voip: BenchPlatform["voip"] = (args, more = {}) =>
        timedVoip([...args, "--stack", benchStack], { ...env, ...more });
    fs.copyFileSync(stackFile("dev"), stackFile(benchStack));
    try {
        return await work({ dir, voip });
    } finally {
        await voip(["destroy", "--yes", "--engine", "embedded"]).catch((error: unknown) =>
            note(`bench ${name}: ${messageOf(error)}`),
        );
        fs.rmSync(dir, { recursive: true, force: true });
        fs.rmSync(stackFile(benchStack), { force: true });
    }
}
