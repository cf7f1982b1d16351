import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir, stackPaths } from "../../paths";
import { compareCounts, messagesOn } from "../backup/counts";
import type { OpenManifest } from "../backup/manifest";
import { feedPart } from "../backup/parts";
import { messagesAt, unpackOn } from "../backup/pbx";
import { backupPhrase, stackPhrase } from "../backup/phrase";
import { checkBackup, partOf, placeBackup, type RestoreRequest } from "../backup/place";
import { entrance, hasLab, hasResources } from "../engine/entrance";
import { platformOutputs } from "../platform/outputs";
import { Failure, messageOf, note, type Result } from "../result";
import { countRows, mustBeFiles, mustBeLab } from "./backup";
import { operate } from "./operate";
import { checkedConfig, hostPackages } from "./prepare";

export interface RestoreOptions {
    stack: string;
    /** The directory with the backup. */
    from: string;
    passphraseFile?: string;
    keepConfig?: boolean;
}

/** @throws Failure if there is anything of the stack */
async function mustBeGone(stack: string): Promise<void> {
    if (!(await hasResources(stack)) && !(await hasLab(stack))) return;
    throw new Failure(
        `stack ${stack} exists, and a restore needs a place without it: ./voip destroy --stack ${stack} removes it`,
        { facts: { stack } },
    );
}

/** @throws Failure if this machine can't hold the lab, or if the checkout has a configuration of the stack that `up` refuses */
async function checkMachine(stack: string): Promise<void> {
    if (fs.existsSync(path.join(projectDir, `Pulumi.${stack}.yaml`))) {
        const { lab, core } = await checkedConfig(stack, "up");
        mustBeLab(stack, lab, core);
    }
    await hostPackages();
    const problems = await (await import("../../lab/host")).hostProblems();
    if (problems.length) throw new Failure(problems.join("\n"));
}

/** Brings up the rest of the platform. The lab is started before: what is lost has left the state, no refresh has to find it. */
async function bringUp(stack: string): Promise<void> {
    await entrance("up", stack, true);
    await operate("up", { stack, engine: "auto", yes: true }).catch((error: unknown) => {
        const failure = error instanceof Failure ? error : new Failure(messageOf(error));
        throw new Failure(
            `the state and all data are in place, but ${failure.message}\n` +
                `remove it with ./voip destroy --stack ${stack} and restore again: the backup is as it was`,
            { facts: failure.facts, log: failure.log },
        );
    });
}

/** Puts the voicemail back, and counts what is there now. */
async function bringBack(
    stack: string,
    dir: string,
    { manifest, identity }: OpenManifest,
): Promise<Record<string, number>> {
    const outputs = await platformOutputs(stack, true);
    const found: Record<string, number> = await countRows(stack, outputs);
    for (const { name } of outputs.pbxs) {
        const pbx = { stack, sshConfig: outputs.sshConfig, host: name };
        await feedPart({ dir, part: partOf(manifest, `voicemail-${name}`), identity }, unpackOn(pbx));
        found[messagesOn(name)] = await messagesAt(pbx);
        note(`restore ${stack}: voicemail of ${name} is back`);
    }
    return found;
}

/**
 * Makes a stack anew from a backup, where there is none of that name.
 * @throws Failure before anything is touched if the backup can't be used; also if less came back than the backup had
 */
export async function restore({ stack, from, passphraseFile, keepConfig = false }: RestoreOptions): Promise<Result> {
    const dir = path.resolve(from);
    const passphrase = backupPhrase(passphraseFile);
    const request: RestoreRequest = {
        ...{ stack, projectDir, dir, passphrase, keepConfig },
        dataDir: stackPaths(stack).dataDir,
        stackPassphrase: stackPhrase(),
    };
    mustBeFiles(stack);
    await mustBeGone(stack);
    const opened = await checkBackup(request);
    const { time, counts } = opened.manifest;
    note(`restore ${stack}: the backup of ${time} is complete and as it was written`);
    await checkMachine(stack);
    await placeBackup(request, opened);
    note(`restore ${stack}: the state and the data of the core services are in place`);
    await bringUp(stack);
    const { rows, text } = compareCounts(counts, await bringBack(stack, dir, opened));
    const facts = { stack, dir, time, counts: rows };
    const differing = rows.filter(({ same }) => !same).map(({ name }) => name);
    if (differing.length) {
        throw new Failure(`stack ${stack} is up, but not all is as in the backup: ${differing.join(", ")}`, {
            facts,
            text,
        });
    }
    return { facts, text };
}
