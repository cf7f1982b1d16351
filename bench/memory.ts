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

/** Memory of all that lives in a stack's lab, VMs and daemons, in MiB: proportional set sizes, shared pages counted once. */
export function labMemoryMiB(stack: string): { total: number; vms: number } {
    const init = findInit(stack);
    if (init === undefined) return { total: 0, vms: 0 };
    const all = processes();
    const inside = [...all.filter(({ pid }) => pid === init), ...descendants(init, all)];
    const sizes = inside.map(({ pid, name }) => ({ name, pss: field(`/proc/${pid}/smaps_rollup`, "Pss") }));
    const sum = (list: { pss: number }[]): number => mib(list.reduce((total, { pss }) => total + pss, 0));
    return { total: sum(sizes), vms: sum(sizes.filter(({ name }) => name.startsWith("qemu"))) };
}

const isEngine = /engine\/main\.ts|@pulumi\/pulumi\/cmd\/(run|dynamic-provider)/;

/**
 * Samples the engine, its program runner and its provider processes below `ancestor` until stopped.
 * @returns a function that stops and tells the largest sum seen of their resident set sizes, in MiB.
 */
export function sampleEngineMemory(ancestor: number): () => number {
    let largest = 0;
    const sample = (): void => {
        const engine = descendants(ancestor, processes()).filter(({ pid, name }) => {
            if (!/^(node|MainThread)/.test(name)) return false;
            try {
                return isEngine.test(fs.readFileSync(`/proc/${pid}/cmdline`, "utf8"));
            } catch {
                return false;
            }
        });
        const rss = engine.reduce((sum, { pid }) => sum + field(`/proc/${pid}/status`, "VmRSS"), 0);
        largest = Math.max(largest, rss);
    };
    const timer = setInterval(sample, 250);
    return () => {
        clearInterval(timer);
        return mib(largest);
    };
}
