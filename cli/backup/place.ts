import * as fs from "node:fs";
import * as path from "node:path";
import { serverDir } from "../../components/core-paths";
import { readProject } from "../../engine/project";
import { Crypter } from "../../engine/secrets/passphrase";
import { layoutOf } from "../../engine/stack";
import { stateHomeOf } from "../../paths";
import { Failure } from "../result";
import { checkParts, openManifest, type Manifest, type OpenManifest, type Part } from "./manifest";
import { unpackPart } from "./parts";
import { placeState, stateFiles } from "./state";

export interface RestoreRequest {
    stack: string;
    /** The directory of Pulumi.yaml. */
    projectDir: string;
    /** The stack's directory on this machine. */
    dataDir: string;
    /** The directory with the backup. */
    dir: string;
    /** Of the backup, and of the stack's secrets. */
    passphrase: string;
    stackPassphrase: string;
    /** Whether to go on with a configuration of the stack that differs from the backup's. */
    keepConfig: boolean;
}

/** The part of a name. @throws Failure if the backup has none */
export function partOf({ parts }: Manifest, name: string): Part {
    const found = parts.find((part) => part.name === name);
    if (!found)
        throw new Failure(`the backup has no part ${name}: it has ${parts.map((part) => part.name).join(", ")}`);
    return found;
}

/**
 * Reads the manifest, checks every part, and makes sure that the backup fits this machine; touches nothing.
 * @throws Failure with the first thing that is wrong
 */
export async function checkBackup(request: RestoreRequest): Promise<OpenManifest> {
    const { stack, projectDir, dataDir, dir } = request;
    const opened = await openManifest(dir, request.passphrase);
    const { manifest } = opened;
    const project = readProject(projectDir, stack);
    if (manifest.stack !== stack || manifest.project !== project.name) {
        const restored = `it can be restored as that only, with --stack ${manifest.stack}`;
        throw new Failure(`the backup in ${dir} is of stack ${manifest.stack} of ${manifest.project}: ${restored}`);
    }
    if (manifest.dataDir !== dataDir) {
        throw new Failure(
            `the stack of the backup had its files in ${manifest.dataDir}, not in ${dataDir}: ` +
                `set XDG_STATE_HOME=${stateHomeOf(manifest.dataDir)}`,
        );
    }
    if (fs.existsSync(dataDir)) {
        throw new Failure(
            `there are files of stack ${stack} in ${dataDir}: ./voip destroy --stack ${stack} removes them`,
        );
    }
    await Crypter.open(request.stackPassphrase, manifest.stateSalt).catch((error: Error) => {
        throw new Failure(
            `the passphrase of this machine does not open the state of the backup (${error.message}): ` +
                "set PULUMI_CONFIG_PASSPHRASE_FILE to the file with the one that the stack had",
        );
    });
    await checkParts(dir, manifest.parts);
    return opened;
}

/** @throws Failure if the checkout has another configuration of the stack */
function checkConfig({ projectDir, keepConfig }: RestoreRequest, from: string, config: string): void {
    const present = path.join(projectDir, config);
    if (keepConfig || !fs.existsSync(present) || fs.readFileSync(present).equals(fs.readFileSync(from))) return;
    throw new Failure(
        `${present} differs from that of the backup: remove it, and the restore writes it; or go on with it, --keep-config`,
    );
}

/**
 * Puts the state and all data of the core services in their places, for an `up` that makes the rest. The stack's directory
 * appears complete or not at all, and the state after it.
 * @throws Failure if the configuration is another one; then nothing was touched
 */
export async function placeBackup(request: RestoreRequest, { manifest, identity }: OpenManifest): Promise<void> {
    const { stack, projectDir, dataDir, dir } = request;
    const staged = `${dataDir}.restoring`;
    const unpack = async (name: string, into: string): Promise<void> => {
        fs.mkdirSync(into, { recursive: true, mode: 0o700 });
        await unpackPart({ dir, part: partOf(manifest, name), identity }, into);
    };
    fs.rmSync(staged, { recursive: true, force: true }); // of a run that was killed
    try {
        const state = path.join(staged, "state");
        const files = stateFiles(stack);
        await unpack("state", state);
        checkConfig(request, path.join(state, files.config), files.config);

        const home = path.join(staged, "home");
        await unpack("ssh", home);
        await unpack("openbao", serverDir({ dataDir: home }, "openbao"));
        await unpack("postgres", path.join(serverDir({ dataDir: home }, "postgres"), "data"));
        const present = path.join(projectDir, files.config);
        if (!fs.existsSync(present)) fs.copyFileSync(path.join(state, files.config), present);
        fs.renameSync(home, dataDir);
        await placeState(path.join(state, files.checkpoint), layoutOf(readProject(projectDir, stack)));
    } finally {
        fs.rmSync(staged, { recursive: true, force: true });
    }
}
