import * as fs from "node:fs/promises";
import * as path from "node:path";
import { run } from "../process/run";
import { checkedFile, type CheckedFile } from "./checked-file";
import { entryDir, lockFile, noteUse } from "./cache";
import { digest, fileDigests, guestDir, type Entry } from "./recipe";

/** A guest of an image that booted once and has no identity yet, in the cache: VMs start from it instead of booting. */
export interface SavedGuest {
    entry: Entry;
    /** The guest's memory and devices: QEMU's migration stream. */
    memory: CheckedFile;
    /** The guest's disk at that moment: a qcow2 overlay on the image's. */
    disk: CheckedFile;
}

const filesDir = path.join(guestDir, "saved");

/**
 * The entry of a saved guest.
 * @param image path of the image's disk, whose name changes with each build
 * @param machine everything else that a memory depends on, such as the hypervisor's definition and version
 */
export function savedGuestEntry(image: string, machine: unknown): Entry {
    const hash = digest(JSON.stringify({ image, machine, files: fileDigests(filesDir) }));
    return { name: `${path.basename(path.dirname(image))}-${hash.slice(0, 12)}`, hash };
}

/** Held by the process that makes the saved guest. */
export const savedGuestLock = (entry: Entry): Promise<string> => lockFile("guests", entry.name);

const manifestOf = (dir: string): string => path.join(dir, "manifest.json");

/** Reads a saved guest from the cache; undefined if it is not there. */
export async function readSavedGuest(entry: Entry): Promise<SavedGuest | undefined> {
    const text = await fs.readFile(manifestOf(entryDir("guests", entry)), "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    await noteUse("guests", entry);
    return { entry, ...(JSON.parse(text) as Omit<SavedGuest, "entry">) };
}

/** The temporary files from which a saved guest is made. */
export interface Draft {
    /** Path of the disk to make. */
    disk: string;
    /** Path of the file for the memory. */
    memory: string;
}

/**
 * Makes a saved guest at a temporary place, and moves it into the cache when it is complete. Must be called with its lock held.
 * @param make makes the two files; returns the offset of the memory in its file, in bytes
 */
export async function makeSavedGuest(entry: Entry, make: (draft: Draft) => Promise<number>): Promise<void> {
    const target = entryDir("guests", entry);
    const temp = `${target}.tmp`;
    await fs.rm(temp, { recursive: true, force: true });
    await fs.mkdir(temp, { recursive: true });
    const draft = { disk: path.join(temp, "disk.qcow2"), memory: path.join(temp, "memory") };
    try {
        const start = await make(draft);
        const placed = (file: string) => path.join(target, path.basename(file));
        const memory = { ...(await checkedFile(draft.memory, start)), file: placed(draft.memory) };
        const disk = { ...(await checkedFile(draft.disk)), file: placed(draft.disk) };
        await fs.writeFile(manifestOf(temp), JSON.stringify({ memory, disk }, undefined, 2));
        await fs.writeFile(path.join(temp, "used"), "");
        await fs.rm(target, { recursive: true, force: true });
        await fs.rename(temp, target);
    } finally {
        await fs.rm(temp, { recursive: true, force: true });
    }
}

/** Removes an unusable saved guest from the cache; VMs that started from it have their own disks. */
export const removeSavedGuest = (entry: Entry): Promise<void> =>
    fs.rm(entryDir("guests", entry), { recursive: true, force: true });

/**
 * What to type at a root shell of the image that runs in place of init (`init=/bin/bash`): copies the files of a guest that
 * will be saved into its /run, where they are gone at the next boot, and boots.
 */
export async function bootCommands(): Promise<string> {
    const archive = 'tar --create --gzip --owner=0 --group=0 --directory="$1" . | base64 --wrap=1000';
    const { stdout } = await run(["sh", "-c", archive, "sh", filesDir]);
    return [
        "mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs /run",
        "base64 --decode <<'END' | tar --extract --gzip --directory=/run",
        stdout.trim(),
        "END",
        "bash /run/voip-thaw/order && exec /sbin/init\n",
    ].join("\n");
}

/** The guest's console message when its memory may be saved. */
export const waitingLine = "voip-thaw waits";

/** Kernel command line of such a guest. */
export const shellCommandLine = (cmdline: string): string => `${cmdline} init=/bin/bash`;
