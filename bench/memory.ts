import * as fs from "node:fs";
import { findInit } from "../lab/init";
import { processes, type Process } from "../lab/procfs";

const field = (file: string, name: string): number => {
    try {
        const found = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(fs.readFileSync(file, "utf8"));
        return Number(found?.[1] ?? 0) * 1024;
    } catch {
        return 0; // ended meanwhile
    }
};

function descendants(ancestor: number, all: Process[]): Process[] {
    return all.filter(({ parent }) => parent === ancestor).flatMap((child) => [child, ...descendants(child.pid, all)]);
}

const mib = (bytes: number): number => Math.round(bytes / 2 ** 20);

/** Memory of everything in a stack's lab, VMs and daemons, in MiB: proportional set sizes, which count shared pages once. */
export function labMemoryMiB(stack: string): { total: number; vms: number } {
    const init = findInit(stack);
    if (init === undefined) return { total: 0, vms: 0 };
    const all = processes();
    const inside = [...all.filter(({ pid }) => pid === init), ...descendants(init, all)];
    const sizes = inside.map(({ pid, name }) => ({ name, pss: field(`/proc/${pid}/smaps_rollup`, "Pss") }));
    const sum = (list: { pss: number }[]): number => mib(list.reduce((total, { pss }) => total + pss, 0));
    return { total: sum(sizes), vms: sum(sizes.filter(({ name }) => name.startsWith("qemu"))) };
}

/** Memory of the engine's processes at their peak, MiB. */
export interface EngineMemory {
    /** Sum of the proportional set sizes: pages that processes share, such as Node's code, are counted once. */
    pss: number;
    /** Sum of the resident set sizes: shared pages are counted in each process. */
    rss: number;
    /** Proportional set size by part. */
    parts: Record<string, number>;
}

const parts: [name: string, commandLine: RegExp][] = [
    ["engine", /engine\/main\.ts/],
    ["runner", /@pulumi\/pulumi\/cmd\/run\//],
    ["provider", /@pulumi\/pulumi\/cmd\/dynamic-provider\//],
];

function partOf(pid: number): string | undefined {
    try {
        const commandLine = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return parts.find(([, pattern]) => pattern.test(commandLine))?.[0];
    } catch {
        return undefined; // ended meanwhile
    }
}

/**
 * Samples the engine, its program runner and its provider below `ancestor` until stopped.
 * @returns a function that stops and returns the largest sample.
 */
export function sampleEngineMemory(ancestor: number): () => EngineMemory {
    let largest: EngineMemory = { pss: 0, rss: 0, parts: {} };
    const sample = (): void => {
        const now: EngineMemory = { pss: 0, rss: 0, parts: {} };
        for (const { pid, name } of descendants(ancestor, processes())) {
            const part = name === "node" || name === "MainThread" ? partOf(pid) : undefined;
            if (!part) continue;
            const pss = mib(field(`/proc/${pid}/smaps_rollup`, "Pss"));
            now.pss += pss;
            now.rss += mib(field(`/proc/${pid}/status`, "VmRSS"));
            now.parts[part] = (now.parts[part] ?? 0) + pss;
        }
        if (now.pss > largest.pss) largest = now;
    };
    const timer = setInterval(sample, 250);
    return () => {
        clearInterval(timer);
        return largest;
    };
}
