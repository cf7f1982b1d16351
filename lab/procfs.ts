import * as fs from "node:fs";

/** One running process, as seen by this process in /proc (proc(5)). */
export interface Process {
    pid: number;
    parent: number;
    /** Its PIDs from our PID namespace down to its own: one for a process in our namespace, more for one in nested namespaces. */
    nestedPids: number[];
    /** First 15 characters of its executable's name. */
    name: string;
    /** Inode of its network namespace. */
    netns: number | undefined;
}

/** All visible processes; those that end meanwhile, and zombies, are left out. */
export function processes(): Process[] {
    return fs
        .readdirSync("/proc")
        .filter((entry) => /^\d+$/.test(entry))
        .flatMap((entry) => readProcess(Number(entry)) ?? []);
}

function readProcess(pid: number): Process | undefined {
    try {
        const status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
        const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "";
        if (field("State").startsWith("Z")) return undefined;
        return {
            pid,
            parent: Number(field("PPid")),
            nestedPids: field("NSpid").split(/\s+/).map(Number),
            name: field("Name"),
            netns: namespaceInode(`/proc/${pid}/ns/net`),
        };
    } catch {
        return undefined;
    }
}

/** Inode of the namespace that a handle (a bind mount, or an entry of /proc/PID/ns) refers to; undefined without one. */
export function namespaceInode(handle: string): number | undefined {
    try {
        const inode = fs.statSync(handle);
        return inode.dev === fs.statSync("/proc/self/ns/net").dev ? inode.ino : undefined;
    } catch {
        return undefined;
    }
}

/** The value of a variable in a process's initial environment. */
export function initialEnvironment(pid: number, variable: string): string | undefined {
    try {
        const entries = fs.readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
        return entries.find((entry) => entry.startsWith(`${variable}=`))?.slice(variable.length + 1);
    } catch {
        return undefined;
    }
}

/** This process and its ancestors, including the user's shell. */
export function ownLineage(all: Process[]): Set<number> {
    const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
    const lineage = new Set<number>();
    for (let pid: number | undefined = process.pid; pid; pid = parents.get(pid)) lineage.add(pid);
    return lineage;
}
