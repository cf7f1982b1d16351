import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Runs `work` while no other process on this host holds the lock of `file` (flock(1)); waits for it without limit. The lock
 * ends with this process, however this ends. For what labs share: a lab has its own network namespace, and with it its own
 * names of withLock (lock.ts).
 * @throws Error if flock can't be run, or can't open the file
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>): Promise<T> {
    // cat ends when its input does, that is, with this process
    const holder = spawn("flock", ["--no-fork", file, "sh", "-c", "echo held; exec cat"], {
        stdio: ["pipe", "pipe", "inherit"],
    });
    const ended = once(holder, "close");
    const held = await Promise.race([once(holder.stdout, "data"), ended]);
    if (!String(held[0]).startsWith("held")) throw new Error(`the lock ${file} can't be taken: flock ended`);
    try {
        return await work();
    } finally {
        holder.stdin.end();
        await ended;
    }
}
