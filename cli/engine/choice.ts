import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isProgram, onPath } from "../../process/on-path";

export type EngineName = "pulumi" | "embedded";
export type EngineOption = "auto" | EngineName;

/** The official CLI that `--engine pulumi` fetches if none is installed; the npm package downloads its own version. */
const pinnedPulumi = "pulumi@3.265.0";

export interface EngineChoice {
    engine: EngineName;
    /** The command that starts the official CLI. */
    argv: string[];
    /** One line for the user. */
    why: string;
}

const byVersion = (a: string, b: string): number => a.localeCompare(b, undefined, { numeric: true });

/** The official CLI on this machine: on PATH, or downloaded earlier by the npm package or the Automation API. */
export function findPulumi(env: NodeJS.ProcessEnv = process.env): string | undefined {
    const home = env.PULUMI_HOME || path.join(env.HOME || os.homedir(), ".pulumi");
    const versions = path.join(home, "versions");
    const downloaded = fs.existsSync(versions) ? fs.readdirSync(versions).sort(byVersion).reverse() : [];
    const homes = [home, ...downloaded.map((version) => path.join(versions, version))];
    return onPath("pulumi", env) ?? homes.map((dir) => path.join(dir, "bin", "pulumi")).find(isProgram);
}

/** Chooses the engine that runs the program. `auto` never downloads: it uses the official CLI if there is one already. */
export function chooseEngine(option: EngineOption, env: NodeJS.ProcessEnv = process.env): EngineChoice {
    if (option === "embedded") return { engine: "embedded", argv: [], why: "engine: embedded, as asked for" };
    const found = findPulumi(env);
    if (found) return { engine: "pulumi", argv: [found], why: `engine: the Pulumi CLI, ${found}` };
    if (option === "auto") {
        return {
            engine: "embedded",
            argv: [],
            why: "engine: embedded, because there is no Pulumi CLI on this machine",
        };
    }
    return {
        engine: "pulumi",
        argv: ["npx", "--yes", pinnedPulumi],
        why: `engine: the Pulumi CLI, fetched by npx (${pinnedPulumi})`,
    };
}
