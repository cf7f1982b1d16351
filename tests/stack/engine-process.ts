import * as fs from "node:fs";
import { waitFor } from "../../process/wait";

interface Entry {
    pid: number;
    parent: number;
    commandLine: string;
}

function entries(): Entry[] {
    return fs
        .readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .flatMap((name) => {
            try {
                const stat = fs.readFileSync(`/proc/${name}/stat`, "utf8");
                // comm may hold blanks and brackets; what follows its last bracket is state and parent (proc(5))
                const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
                if (state === "Z") return [];
                const commandLine = fs.readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
                return [{ pid: Number(name), parent: Number(parent), commandLine }];
            } catch {
                return []; // ended meanwhile
            }
        });
}

function descendants(ancestor: number, all: Entry[]): Entry[] {
    const children = all.filter(({ parent }) => parent === ancestor);
    return children.flatMap((child) => [child, ...descendants(child.pid, all)]);
}

/** The engine that a running `./voip` has started, once it is there; not the preview that may go before. */
export function engineOf(voipPid: number): Promise<number> {
    return waitFor(
        "the engine to start",
        () => {
            const all = descendants(voipPid, entries());
            return all.find(({ commandLine }) => /^\S*node .*engine\/main\.ts (?!preview )/.test(commandLine))?.pid;
        },
        { deadlineMs: 60_000, intervalMs: 20 },
    );
}

/** What runs below the engine: the program, the dynamic provider, ssh, image builds ... */
export function startedBy(pid: number): number[] {
    return descendants(pid, entries()).map((entry) => entry.pid);
}

/** Those of `pids` that still run. */
export function stillRunning(pids: number[]): number[] {
    const all = new Set(entries().map(({ pid }) => pid));
    return pids.filter((pid) => all.has(pid));
}
