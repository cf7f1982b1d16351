import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../process/run";
import { namespaceInode } from "./procfs";

/** Where ip-netns(8) keeps the handles of named network namespaces. */
export const netnsHandle = (name: string): string => path.join("/run/netns", name);

/**
 * Makes sure that the named network namespace exists and its loopback is up.
 * @param member a process that must be in it: the name is (again) given to the namespace of this process.
 * @returns whether anything had to be done.
 */
export async function ensureNetns(name: string, member?: number): Promise<boolean> {
    const named = namespaceInode(netnsHandle(name));
    const wanted = member === undefined ? named : namespaceInode(`/proc/${member}/ns/net`);
    const right = named !== undefined && named === wanted;
    if (!right) {
        await removeNetns(name);
        await run(member === undefined ? ["ip", "netns", "add", name] : ["ip", "netns", "attach", name, `${member}`]);
    }
    await run(["ip", "-n", name, "link", "set", "lo", "up"]);
    return !right;
}

/** Removes the name; the namespace itself is removed, with its bridges, when the last process in it has ended. */
export async function removeNetns(name: string): Promise<void> {
    const handle = netnsHandle(name);
    if (namespaceInode(handle) !== undefined) await run(["ip", "netns", "del", name]);
    else fs.rmSync(handle, { force: true }); // a plain file is left if its mount was removed
}

/**
 * Binds `handle` to the network namespace of this process.
 * @returns whether anything had to be done.
 */
export async function ensureOwnNetnsHandle(handle: string): Promise<boolean> {
    if (namespaceInode(handle) === namespaceInode("/proc/self/ns/net")) return false;
    await removeHandle(handle);
    fs.writeFileSync(handle, "");
    await run(["mount", "--bind", "/proc/self/ns/net", handle]);
    return true;
}

export async function removeHandle(handle: string): Promise<void> {
    while (namespaceInode(handle) !== undefined) await run(["umount", handle]);
    fs.rmSync(handle, { force: true });
}
