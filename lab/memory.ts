import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../process/run";

/** What statfs(2) says of file systems that have no disk: tmpfs and ramfs. */
const memoryTypes = [0x01021994, 0x858458f6];

/** Whether what is in this directory is in memory, and on no disk; swap space counts as memory. */
export function isInMemory(dir: string): boolean {
    try {
        return memoryTypes.includes(fs.statfsSync(dir).type);
    } catch {
        return false; // there is none
    }
}

/** MiB: sockets, and the configuration of a few servers. */
const sizeMiB = 64;

/**
 * Makes sure that the directory, for root alone, is in memory: mounts a tmpfs where `/run` is on a disk. Nothing of what a disk
 * had there stays.
 * @throws Error if none can be mounted
 */
export async function keepInMemory(dir: string): Promise<void> {
    fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
    if (isInMemory(dir)) return;
    for (const name of fs.readdirSync(dir)) fs.rmSync(path.join(dir, name), { recursive: true });
    const options = `mode=0700,size=${sizeMiB}m,nosuid,nodev,noexec`;
    await run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", dir]).catch((error: Error) => {
        throw new Error(
            `the key of OpenBao's seal and other secrets would be on a disk: ${dir} is not in memory, and no tmpfs can be ` +
                `mounted there (mount one at /run): ${error.message}`,
            { cause: error },
        );
    });
}

/** Removes the directory with all that is in it, and what `keepInMemory` has mounted. */
export async function forget(dir: string): Promise<void> {
    const isMounted = () => fs.existsSync(dir) && fs.statSync(dir).dev !== fs.statSync(path.dirname(dir)).dev;
    while (isMounted()) await run(["umount", dir]);
    fs.rmSync(dir, { recursive: true, force: true });
}
