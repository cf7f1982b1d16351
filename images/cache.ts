import * as fs from "node:fs/promises";
import * as path from "node:path";
import { cacheDir } from "../paths";
import { run } from "../process/run";
import type { Entry } from "./recipe";

/** Where a complete entry is; while it is made, it has the same path with ".tmp". */
export type Shelf = "layers" | "images" | "guests";

export const entryDir = (shelf: Shelf, entry: Entry): string => path.join(cacheDir(), shelf, entry.name);
export const debsDir = (): string => path.join(cacheDir(), "debs");
export const wheelsDir = (): string => path.join(cacheDir(), "wheels");

/** Records that the entry was used now. */
export const noteUse = (shelf: Shelf, entry: Entry): Promise<void> =>
    fs.writeFile(path.join(entryDir(shelf, entry), "used"), "");

/** Held (flock(2)) by the process that makes the entry. */
export async function lockFile(shelf: Shelf, entry: string): Promise<string> {
    const locks = path.join(cacheDir(), "locks");
    await fs.mkdir(locks, { recursive: true });
    await fs.mkdir(path.join(cacheDir(), shelf), { recursive: true });
    return path.join(locks, `${shelf}-${entry}`);
}

/** Days after which an unused entry or package is removed; images stay, as VMs may be based on them. */
const staleDays: Record<Shelf, number> = { layers: 30, images: Infinity, guests: 7 };
const stalePackageDays = 30;

/** Removes incomplete entries, entries that were not used for long, and old packages. */
export async function sweep(): Promise<void> {
    for (const shelf of ["layers", "images", "guests"] as const) {
        const dir = path.join(cacheDir(), shelf);
        for (const name of await fs.readdir(dir).catch(() => [])) {
            const unused = (await ageDays(path.join(dir, name, "used"))) > staleDays[shelf];
            if (name.endsWith(".tmp") || unused) await removeUnlessLocked(shelf, name);
        }
    }
    for (const dir of [debsDir(), wheelsDir()]) {
        for (const name of await fs.readdir(dir).catch(() => [])) {
            const file = path.join(dir, name);
            if ((await ageDays(file)) > stalePackageDays) await fs.rm(file, { force: true });
        }
    }
}

/** Removes an entry, complete or not, unless another process holds its lock. */
export async function removeUnlessLocked(shelf: Shelf, name: string): Promise<void> {
    const lock = await lockFile(shelf, name.replace(/\.tmp$/, ""));
    const busy = 75;
    const dir = path.join(cacheDir(), shelf, name);
    await run(["flock", "--nonblock", "--conflict-exit-code", String(busy), lock, "rm", "-rf", dir], {
        okStatus: [0, busy],
    });
}

/** Days since a file was last changed, linked or touched; 0 if it does not exist. */
async function ageDays(file: string): Promise<number> {
    const stat = await fs.stat(file).catch(() => undefined);
    return stat ? (Date.now() - stat.ctimeMs) / 86_400_000 : 0;
}
