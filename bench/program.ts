import * as path from "node:path";
import { findPulumi, type EngineName } from "../cli/engine/choice";
import { pinnedPlugins } from "../cli/engine/cli-ready";
import { messageOf, note } from "../cli/result";
import { installedPlugin } from "../engine/provider/process";
import { hostProblems } from "../lab/host";
import { withBenchPlatform, type BenchPlatform } from "./stack";
import type { Timed } from "./voip";

/** Number of measurements of runs without changes, whose median counts. A platform is made once for each engine. */
const RUNS = 3;

const OPERATIONS = {
    create: ["up", "--yes"],
    "no-op": ["up", "--yes"],
    preview: ["preview"],
    refresh: ["refresh"],
} as const;
type What = keyof typeof OPERATIONS;

export type Seconds = Partial<Record<What, number>>;

/** Seconds of one engine, as far as it got. */
export interface Measured {
    seconds: Seconds;
    /** Why it stopped. */
    failed?: string;
}

export interface ProgramBench {
    engines: Partial<Record<EngineName, Measured>>;
    /** One sentence for each engine that was left out. */
    left: string[];
}

export const median = (numbers: number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** @throws Error if something changed that should not. */
function expectNothing(what: What, { facts }: Timed): void {
    const { created, updated, replaced, deleted, drift } = facts;
    const changes = [created, updated, replaced, deleted].map((count) => Number(count ?? 0));
    const drifted = Array.isArray(drift) ? drift.length : 0;
    if (changes.every((count) => count === 0) && drifted === 0) return;
    const [made, changed, anew, gone] = changes;
    throw new Error(
        `${what}: nothing was to change, but ${made} were to be created, ${changed} updated, ${anew} replaced, ` +
            `${gone} deleted, and ${drifted} had drifted`,
    );
}

/** Creates the platform, runs every operation that changes nothing, and destroys it. */
export async function measureEngine(
    engine: EngineName,
    platform: Pick<BenchPlatform, "voip">,
    env: Record<string, string>,
): Promise<Measured> {
    const seconds: Seconds = {};
    const voip = (args: readonly string[]): Promise<Timed> => platform.voip([...args, "--engine", engine], env);
    let failed: string | undefined;
    try {
        for (const what of Object.keys(OPERATIONS) as What[]) {
            const all: number[] = [];
            for (let run = 1; run <= (what === "create" ? 1 : RUNS); run++) {
                note(`bench engine: this program, ${engine}, ${what}${what === "create" ? "" : ` ${run} of ${RUNS}`}`);
                const timed = await voip(OPERATIONS[what]);
                if (what !== "create") expectNothing(what, timed);
                all.push(timed.seconds);
            }
            seconds[what] = median(all);
        }
        await voip(["destroy", "--yes"]);
    } catch (error) {
        failed = messageOf(error);
    }
    return { seconds, ...(failed === undefined ? {} : { failed }) };
}

/** What the official engine lacks here to run this program, in one sentence. */
function officialLacks(): string | undefined {
    if (!findPulumi()) return "the official engine was left out: there is no Pulumi CLI on this machine";
    const missing = pinnedPlugins().filter(({ name, version }) => !installedPlugin(name, version));
    if (missing.length === 0) return undefined;
    const list = missing.map(({ name, version }) => `${name} ${version}`).join(", ");
    return `the official engine was left out: it has no plugins here for ${list}`;
}

/**
 * Times this project's program, phase 1 with all its servers, on each engine that can run it: one after the other, each with a
 * separate platform. The embedded one is first, so it also builds missing images.
 */
export async function benchProgram(): Promise<ProgramBench> {
    const problems = await hostProblems();
    if (problems.length > 0) return { engines: {}, left: [`this program was left out: ${problems.join("; ")}`] };
    const lacks = officialLacks();
    return withBenchPlatform("engine", async (platform) => {
        // with its own plugins, even if official ones are installed
        const own = { PULUMI_HOME: path.join(platform.dir, "no-plugins") };
        const embedded = await measureEngine("embedded", platform, own);
        if (lacks) return { engines: { embedded }, left: [lacks] };
        await platform.voip(["destroy", "--yes", "--engine", "embedded"], own);
        return { engines: { embedded, pulumi: await measureEngine("pulumi", platform, {}) }, left: [] };
    });
}
