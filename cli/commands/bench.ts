import type { BenchOptions } from "../../bench/options";
import { Failure, type Result } from "../result";

export type { BenchOptions };

const benches: Record<string, (options: BenchOptions) => Promise<Result>> = {
    up: async (options) => (await import("../../bench/up")).benchUp(options),
    engine: async () => (await import("../../bench/engine")).benchEngine(),
    media: async (options) => (await import("../../bench/media")).benchMedia(options),
};

/** Runs the named benchmarks, by default all. */
export async function bench(options: BenchOptions, names: string[]): Promise<Result> {
    const chosen = names.length ? names : Object.keys(benches);
    const unknown = chosen.filter((name) => !(name in benches));
    if (unknown.length) {
        throw new Failure(`no benchmark ${unknown.join(", ")}: there are ${Object.keys(benches).join(", ")}`, {
            status: 2,
        });
    }
    const facts: Record<string, unknown> = {};
    const texts: string[] = [];
    for (const name of chosen) {
        const result = await benches[name](options);
        facts[name] = result.facts;
        texts.push(result.text);
    }
    return { facts, text: texts.join("\n\n") };
}
