import * as fs from "node:fs";
import * as path from "node:path";

/** A directory or file of this machine, with user and group as numbers, as a container knows them. */
interface Owned {
    path: string;
    /** Octal permissions. */
    mode: string;
    owner: number;
}

export type HostDirectory = Owned;

export interface HostFile extends Owned {
    content: string;
}

/** A server that reads some files again when it is told. */
export interface Reload {
    /** Paths of these files. */
    paths: string[];
    /** A line written into it tells the server (images/guest/core). */
    fifo: string;
}

export interface HostFilesDefinition {
    directories: HostDirectory[];
    files: HostFile[];
    reload?: Reload;
}

const permissions = (mode: string) => Number.parseInt(mode, 8);

/**
 * Writes what is missing or differs; a file is replaced as a whole, so that nobody reads a part of it.
 * @returns paths of the files that were written
 */
export function writeHostFiles({ directories, files }: HostFilesDefinition): string[] {
    for (const directory of directories) {
        fs.mkdirSync(directory.path, { recursive: true, mode: permissions(directory.mode) });
        own(directory.path, directory);
    }
    const differing = files.filter((wanted) => !isAsWanted(wanted));
    for (const file of differing) {
        const made = `${file.path}.new`;
        fs.rmSync(made, { force: true });
        fs.writeFileSync(made, file.content, { mode: 0o600 });
        own(made, file);
        fs.renameSync(made, file.path);
    }
    return differing.map((file) => file.path);
}

/** Paths of files whose content the second definition changes, or adds. */
export function changedFiles(olds: HostFilesDefinition, news: HostFilesDefinition): string[] {
    const before = new Map(olds.files.map(({ path: at, content }) => [at, content]));
    return news.files.filter(({ path: at, content }) => before.get(at) !== content).map((file) => file.path);
}

/** Tells the server to read its files again; one that does not run reads them at its start. */
export function tellServer({ fifo }: Reload): void {
    try {
        const opened = fs.openSync(fifo, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
        try {
            fs.writeSync(opened, "\n");
        } finally {
            fs.closeSync(opened);
        }
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== "ENOENT" && code !== "ENXIO") throw error; // never started; nobody reads
    }
}

/** Paths of those that are missing or differ. */
export function deviations({ directories, files }: HostFilesDefinition): string[] {
    return [
        ...directories.filter((directory) => !hasOwner(directory)),
        ...files.filter((file) => !isAsWanted(file)),
    ].map((deviating) => deviating.path);
}

/** Removes the files, and the directories with all their contents. */
export function removeHostFiles({ directories, files }: HostFilesDefinition): void {
    for (const file of files) fs.rmSync(file.path, { force: true });
    for (const directory of directories) fs.rmSync(directory.path, { recursive: true, force: true });
}

/** Removes what is in the first definition and no longer in the second. */
export function removeAbandoned(olds: HostFilesDefinition, news: HostFilesDefinition): void {
    const kept = [...news.directories, ...news.files].map((entry) => entry.path);
    const isAbandoned = (entry: Owned) => !kept.some((at) => at === entry.path || at.startsWith(entry.path + path.sep));
    removeHostFiles({ directories: olds.directories.filter(isAbandoned), files: olds.files.filter(isAbandoned) });
}

function own(at: string, { owner, mode }: Owned): void {
    fs.chownSync(at, owner, owner);
    fs.chmodSync(at, permissions(mode)); // after chown(2), which clears setgid
}

function hasOwner(wanted: Owned): boolean {
    const found = fs.statSync(wanted.path, { throwIfNoEntry: false });
    if (!found) return false;
    return (
        found.uid === wanted.owner && found.gid === wanted.owner && (found.mode & 0o7777) === permissions(wanted.mode)
    );
}

const isAsWanted = (file: HostFile): boolean => hasOwner(file) && fs.readFileSync(file.path, "utf8") === file.content;
