import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";

/** A file of the cache with its expected content. */
export interface CheckedFile {
    file: string;
    /** Offset from which the content counts. */
    start: number;
    /** Size of the file, in bytes. */
    bytes: number;
    /** SHA-256 of the content after `start`, hexadecimal. */
    sha256: string;
}

/** The file has changed since it was made. */
export class DamagedFile extends Error {
    constructor({ file }: CheckedFile) {
        super(`${file} is damaged`);
        this.name = "DamagedFile";
    }
}

const chunkBytes = 1024 ** 2;

/** Records the content of a file, from `start` on. */
export async function checkedFile(file: string, start = 0): Promise<CheckedFile> {
    const hash = createHash("sha256");
    for await (const chunk of chunksOf(file, start)) hash.update(chunk);
    return { file, start, bytes: (await fs.stat(file)).size, sha256: hash.digest("hex") };
}

/** @throws DamagedFile when the file is missing, or has another size than when it was made */
export async function refuseOtherSize(source: CheckedFile): Promise<void> {
    const isWhole = (await fs.stat(source.file).catch(() => undefined))?.size === source.bytes;
    if (!isWhole) throw new DamagedFile(source);
}

/**
 * Writes the file's content, from its `start` on. The last bytes are written only if the content is unchanged since the file
 * was made: a reader gets all of it, or notices that the end is missing.
 * @throws DamagedFile
 */
export async function pour(source: CheckedFile, target: fs.FileHandle): Promise<void> {
    await refuseOtherSize(source);
    const hash = createHash("sha256");
    let last: Buffer | undefined;
    for await (const chunk of chunksOf(source.file, source.start)) {
        hash.update(chunk);
        if (last) await writeAll(target, last);
        last = chunk;
    }
    if (hash.digest("hex") !== source.sha256) throw new DamagedFile(source);
    if (last) await writeAll(target, last);
}

/** Copies a file of the cache. @throws DamagedFile */
export async function copyFile(source: CheckedFile, target: string): Promise<void> {
    const handle = await fs.open(target, "w", 0o600);
    try {
        await pour(source, handle);
    } finally {
        await handle.close();
    }
}

async function* chunksOf(file: string, start: number): AsyncGenerator<Buffer> {
    const handle = await fs.open(file);
    try {
        for (let position = start; ;) {
            const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, position);
            if (bytesRead === 0) return;
            position += bytesRead;
            yield buffer.subarray(0, bytesRead);
        }
    } finally {
        await handle.close();
    }
}

/** Without a position: the target may be a pipe. */
async function writeAll(target: fs.FileHandle, chunk: Buffer): Promise<void> {
    for (let done = 0; done < chunk.length;) done += (await target.write(chunk, done)).bytesWritten;
}
