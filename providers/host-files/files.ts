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

export interface HostFilesDefinition {
    directories: HostDirectory[];
    files: HostFile[];
}

const permissions = (mode: string) => Number.parseInt(mode, 8);

/** Writes what is missing or differs; a file is replaced as a whole, so that nobody reads a part of it. */
export function writeHostFiles({ directories, files }: HostFilesDefinition): void {
    for (const directory of directories) {
        fs.mkdirSync(directory.path, { recursive: true, mode: permissions(directory.mode) });
        own(directory.path, directory);
    }
    for (const file of files.filter((wanted) => !isAsWanted(wanted))) {
        const made = `${file.path}.new`;
        fs.rmSync(made, { force: true });
        fs.writeFileSync(made, file.content, { mode: 0o600 });
        own(made, file);
        fs.renameSync(made, file.path);
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
