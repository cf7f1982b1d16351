import * as fs from "node:fs";
import * as path from "node:path";
import { serverDir } from "../../components/core-paths";
import { makeAgeKey } from "../../clients/age";
import { readCheckpoint, saltOf } from "../../engine/backend/checkpoint";
import { readProject } from "../../engine/project";
import { layoutOf } from "../../engine/stack";
import { whileLocked } from "../engine/lock";
import type { Link } from "../../process/chain";
import { CommandError, run } from "../../process/run";
import { Failure } from "../result";
import { makeBase, mustRun, openbaoFiles, removeBase, whileStopped, type CorePlace } from "./core";
import { messagesIn, messagesOn, rowCounts, type Rows } from "./counts";
import { isFinished, writeManifest, type Manifest, type Part } from "./manifest";
import { isPart, packed, writePart } from "./parts";
import { stateFiles } from "./state";

export interface BackupRequest {
    place: CorePlace;
    /** The directory of Pulumi.yaml. */
    projectDir: string;
    /** The directory to write to. */
    dir: string;
    /** Of the backup. */
    passphrase: string;
    postgresPort: number;
    countRows: () => Promise<Rows>;
    /** Waits until OpenBao answers requests. */
    openbaoActive: () => Promise<unknown>;
    /** For each PBX, the command that prints an archive of what its callers left. */
    pbxs: { name: string; archive: Link }[];
    progress: (line: string) => void;
    signal: AbortSignal;
}

/** @throws Failure if the directory holds anything but a backup that was not finished, whose parts are removed */
function emptied(dir: string): void {
    const found = fs.existsSync(dir) ? fs.readdirSync(dir) : [];
    if (isFinished(dir)) throw new Failure(`${dir} already holds a backup: give each one a directory of its own`);
    const others = found.filter((file) => !isPart(file) && file !== "manifest.json.new");
    if (others.length) throw new Failure(`${dir} is not empty (${others[0]}): a backup needs a directory of its own`);
    for (const file of found) fs.rmSync(path.join(dir, file));
    fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
}

/** The commit of the checkout; undefined if it is none of git's. */
async function commitOf(projectDir: string): Promise<string | undefined> {
    try {
        return (await run(["git", "-C", projectDir, "rev-parse", "HEAD"])).stdout.trim();
    } catch (error) {
        if (error instanceof CommandError) return undefined;
        throw error;
    }
}

const versionOf = (projectDir: string): string =>
    (JSON.parse(fs.readFileSync(path.join(projectDir, "package.json"), "utf8")) as { version: string }).version;

/**
 * Copies all that the stack can't make again into encrypted files. No engine works on the stack meanwhile, and OpenBao is
 * stopped while its data and PostgreSQL's are copied: passwords in both are the same.
 * @throws Failure before anything is touched if the directory is in use, or a server does not run; any error leaves no part
 */
export async function takeBackup(request: BackupRequest): Promise<Manifest> {
    const { place, projectDir, dir } = request;
    const { checkpoint } = layoutOf(readProject(projectDir, place.stack));
    await mustRun(place);
    const take = async (): Promise<Manifest> => {
        try {
            emptied(dir);
            return await write(request, checkpoint);
        } catch (error) {
            for (const file of fs.existsSync(dir) && !isFinished(dir) ? fs.readdirSync(dir).filter(isPart) : []) {
                fs.rmSync(path.join(dir, file));
            }
            throw error;
        } finally {
            removeBase(place);
        }
    };
    return whileLocked(place.stack, take, projectDir);
}

async function write(request: BackupRequest, checkpoint: string): Promise<Manifest> {
    const { place, projectDir, dir, passphrase, pbxs, progress, signal } = request;
    const { stack, dataDir } = place;
    const project = readProject(projectDir, stack);
    const key = await makeAgeKey();
    const parts: Part[] = [];
    const add = async (name: string, archive: Link): Promise<string[]> => {
        const { part, paths } = await writePart(dir, name, archive, key, signal);
        parts.push(part);
        progress(`${name}: ${paths.length} files, ${part.bytes} bytes`);
        return paths;
    };

    const before = await request.countRows();
    progress("openbao stops while its data and those of postgres are copied");
    const stopped = performance.now();
    const base = await whileStopped(place, async () => {
        await add("openbao", packed("--directory", serverDir(place, "openbao"), ...openbaoFiles));
        return makeBase(place, request.postgresPort, signal);
    });
    await request.openbaoActive();
    progress(`openbao is active again, after ${Math.round((performance.now() - stopped) / 1000)} s`);
    const after = await request.countRows();
    await add("postgres", packed("--directory", base, "."));
    removeBase(place);

    const { config } = stateFiles(stack);
    const state = ["--directory", path.dirname(checkpoint), path.basename(checkpoint)];
    await add("state", packed(...state, "--directory", projectDir, config));
    await add("ssh", packed("--directory", dataDir, "ssh"));
    const messages = [];
    for (const { name, archive } of pbxs) {
        const number = messagesIn(await add(`voicemail-${name}`, archive));
        messages.push({ name: messagesOn(name), least: number, most: number });
    }

    const commit = await commitOf(projectDir);
    const manifest = {
        project: project.name,
        stack,
        version: versionOf(projectDir),
        ...(commit ? { commit } : {}),
        time: new Date().toISOString(),
        dataDir,
        stateSalt: saltOf(readCheckpoint(checkpoint)) ?? "",
        parts,
        counts: [...rowCounts(before, after), ...messages],
    };
    return writeManifest(dir, manifest, key.identity, passphrase);
}
