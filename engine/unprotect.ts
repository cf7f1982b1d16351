import * as fs from "node:fs";
import { readCheckpoint } from "./backend/checkpoint";
import { StackLock } from "./backend/lock";
import { replaceFile } from "./backend/writer";
import { readProject } from "./project";
import { layoutOf } from "./stack";

interface StoredState {
    checkpoint?: { latest?: { resources?: { urn: string; protect?: boolean }[] } };
}

/**
 * Removes the protection of resources in a stack's state, written by either engine; everything else stays as it is.
 * @throws Error if another run holds the lock, or if the state can't be read or written
 */
export async function unprotect(stack: string, projectDir: string, urns: readonly string[]): Promise<void> {
    const { checkpoint, locks } = layoutOf(readProject(projectDir, stack));
    const lock = await StackLock.take(locks);
    try {
        readCheckpoint(checkpoint); // reports what is wrong with it
        const stored = JSON.parse(fs.readFileSync(checkpoint, "utf8")) as StoredState;
        for (const resource of stored.checkpoint?.latest?.resources ?? []) {
            if (urns.includes(resource.urn)) delete resource.protect;
        }
        await replaceFile(checkpoint, JSON.stringify(stored));
    } finally {
        lock.release();
    }
}
