import * as fs from "node:fs/promises";
import * as path from "node:path";
import { faultPoint } from "../fault-points";

const REMEDIES: Record<string, string> = {
    ENOSPC: "the disk is full: make room, then run it again",
    EDQUOT: "the quota is used up: make room, then run it again",
    EROFS: "the file system is read-only: make it writable, then run it again",
    EACCES: "it is not writable: give yourself the right to, then run it again",
    EPERM: "it is not writable: give yourself the right to, then run it again",
};

/** A file of the stack could not be written. Its previous content is unharmed. */
export class UnwritableError extends Error {
    constructor(file: string, cause: NodeJS.ErrnoException) {
        const remedy = REMEDIES[cause.code ?? ""] ?? "mend that, then run it again";
        super(`the stack's file ${file} can't be written (${cause.message}); ${remedy}`, { cause });
        this.name = "UnwritableError";
    }
}

/**
 * Replaces a file so that a crash or a power cut at any moment leaves the old or the new content, never a part: it is written
 * beside the old one, synced and renamed, and the directory is synced. The previous content stays as `FILE.bak`.
 * @throws UnwritableError
 */
export async function replaceFile(file: string, content: string): Promise<void> {
    const draft = `${file}.new`;
    try {
        await putInPlace(draft, file, content);
    } catch (error) {
        await fs.rm(draft, { force: true }).catch(() => undefined);
        throw new UnwritableError(file, error as NodeJS.ErrnoException);
    }
}

async function putInPlace(draft: string, file: string, content: string): Promise<void> {
    faultPoint(`write ${path.basename(file)}: begun`);
    const handle = await fs.open(draft, "w", 0o600);
    try {
        await handle.writeFile(content);
        await handle.sync();
    } finally {
        await handle.close();
    }
    faultPoint(`write ${path.basename(file)}: drafted`);
    const backup = `${file}.bak`;
    await fs.rm(backup, { force: true });
    await fs.link(file, backup).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error;
    });
    await fs.rename(draft, file);
    const directory = await fs.open(path.dirname(file), "r");
    try {
        await directory.sync();
    } finally {
        await directory.close();
    }
}

/**
 * Writes the latest state, one write at a time. Requests during a write share the next one; each is answered only when a write
 * that began after the request has reached the disk.
 */
export class StateWriter {
    private running?: Promise<void>;
    private next?: Promise<void>;

    constructor(private readonly write: () => Promise<void>) {}

    save(): Promise<void> {
        // A write that is about to begin comes first: between two writes there is a moment when none is running.
        if (this.next) return this.next;
        if (!this.running) return this.start();
        const start = (): Promise<void> => this.start();
        this.next = this.running.then(start, start);
        return this.next;
    }

    private start(): Promise<void> {
        this.next = undefined;
        const running = this.write().finally(() => {
            if (this.running === running) this.running = undefined;
        });
        this.running = running;
        return running;
    }
}
