import * as fs from "node:fs";
import * as path from "node:path";
import type { EngineEvent } from "../engine/events";
import { resourceName } from "../cli/engine/tally";
import { table } from "../cli/render/table";
import { note, type Result } from "../cli/result";
import { labMemoryMiB } from "./memory";
import type { BenchOptions } from "./options";
import { countingSsh } from "./round-trips";
import { benchStack, withBenchPlatform } from "./stack";
import type { Timed } from "./voip";

interface Measurement {
    what: string;
    value: string;
    how: string;
}

/** Seconds from VM start to the first SSH answer, by VM, from the log of the last up. */
function sshSeconds(stateHome: string): Record<string, number> {
    const logs = path.join(stateHome, "voip-stack", "logs");
    const last = fs
        .readdirSync(logs)
        .filter((name) => name.startsWith(`${benchStack}-up-`))
        .sort()
        .at(-1);
    const lines = fs.readFileSync(path.join(logs, last ?? ""), "utf8").split("\n");
    const made = lines
        .filter((line) => line.startsWith("{"))
        .flatMap((line) => {
            const state = (JSON.parse(line) as EngineEvent).resOutputsEvent?.metadata.new;
            return state?.outputs.sshSeconds === undefined ? [] : [state];
        });
    return Object.fromEntries(made.map(({ urn, outputs }) => [resourceName(urn).name, Number(outputs.sshSeconds)]));
}

const list = (numbers: Record<string, number>, unit = ""): string =>
    Object.entries(numbers)
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([name, value]) => `${name} ${value}${unit}`)
        .join(", ");

/** Times cold, warm, no-op, preview and destroy of a phase 1 lab, and measures its memory and round trips. */
export function benchUp({ cold: withCold = true }: BenchOptions): Promise<Result> {
    return withBenchPlatform("up", async (platform) => {
        const counting = countingSsh(platform.dir);
        const emptyCache = { XDG_CACHE_HOME: path.join(platform.dir, "cache") };
        const env = { PATH: counting.path, ...(withCold ? emptyCache : {}) };
        const voip = (...args: string[]): Promise<Timed> => platform.voip(args, env);
        note(`bench up: ${withCold ? "cold, every image is built" : "first, with the images there are"}`);
        const first = await voip("up", "--yes");
        counting.perHost();
        note("bench up: no-op and preview");
        const noop = await voip("up", "--yes");
        const preview = await voip("preview");
        note("bench up: destroy, then warm, images cached");
        const destroy = await voip("destroy", "--yes");
        counting.perHost();
        const warm = await voip("up", "--yes");
        const roundTrips = counting.perHost();
        const boot = sshSeconds(path.join(platform.dir, "state"));
        const memory = labMemoryMiB(benchStack);
        const engines = [first, warm, noop, preview, destroy].map(({ engine }) => engine);
        const engine = engines.reduce((largest, each) => (each.pss > largest.pss ? each : largest));
        const facts = {
            ...(withCold ? { coldSeconds: first.seconds } : {}),
            warmSeconds: warm.seconds,
            noopSeconds: noop.seconds,
            previewSeconds: preview.seconds,
            destroySeconds: destroy.seconds,
            sshSeconds: boot,
            roundTrips,
            labMiB: memory.total,
            vmsMiB: memory.vms,
            engineMiB: engine.pss,
            engineRssMiB: engine.rss,
        };
        const rows: Measurement[] = [
            ...(withCold ? [{ what: "cold", value: `${first.seconds} s`, how: "up with an empty image cache" }] : []),
            { what: "warm", value: `${warm.seconds} s`, how: "up after destroy, images cached" },
            { what: "no-op", value: `${noop.seconds} s`, how: "up again, nothing to do" },
            { what: "preview", value: `${preview.seconds} s`, how: "preview, nothing to do" },
            { what: "destroy", value: `${destroy.seconds} s`, how: "destroy of the whole lab" },
            { what: "VM start to SSH", value: list(boot, " s"), how: "all VMs starting side by side, warm up" },
            { what: "round trips", value: list(roundTrips), how: "ssh commands that reached the VM, warm up" },
            {
                what: "memory of the lab",
                value: `${memory.total} MiB`,
                how: `proportional set size, VMs ${memory.vms} MiB of it`,
            },
            {
                what: "memory of the engine",
                value: `${engine.pss} MiB`,
                how: `proportional set sizes (${list(engine.parts)}); sum of the resident ones ${engine.rss} MiB`,
            },
        ];
        const text = table(
            ["bench up", "measured", "how"],
            rows.map(({ what, value, how }) => [what, value, how]),
        );
        return { facts, text };
    });
}
