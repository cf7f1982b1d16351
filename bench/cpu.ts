import * as fs from "node:fs";
import { netnsHandle } from "../lab/netns";
import { namespaceInode, processes } from "../lab/procfs";
import { stackPaths } from "../paths";

/** Clock ticks per second in /proc/stat (USER_HZ, proc(5)). */
const ticksPerSecond = 100;

/** The shell command that prints the guest's CPU counters, waits, and prints them again: the measured time contains no ssh. */
export const cpuCommand = (seconds: number): string => `head -1 /proc/stat; sleep ${seconds}; head -1 /proc/stat`;

/** CPU seconds that the machine was busy between the two lines: all but idle, waiting for disks, and its own guests. */
export function busySeconds(answer: string): number {
    const [before, after] = answer
        .trim()
        .split("\n")
        .map((line) => {
            const [user, nice, system, , , irq, softirq, steal] = line.split(/\s+/).slice(1).map(Number);
            return user + nice + system + irq + softirq + steal;
        });
    return (after - before) / ticksPerSecond;
}

/** CPU seconds that the host has spent on the QEMU process of a VM of the stack's lab, all threads. */
export function qemuSeconds(stack: string, vm: string): number {
    const lab = namespaceInode(netnsHandle(stackPaths(stack).netns));
    const qemu = processes().find(({ pid, name, netns }) => {
        if (!name.startsWith("qemu-system") || netns !== lab) return false;
        return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`guest=${vm},`);
    });
    if (!qemu) throw new Error(`no QEMU process runs ${vm}`);
    const stat = fs.readFileSync(`/proc/${qemu.pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
