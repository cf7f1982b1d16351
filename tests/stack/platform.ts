import * as fs from "node:fs";
import * as path from "node:path";
import { sshArgv } from "../../clients/ssh";
import type { PlatformOutputs } from "../../contract";
import { readProject } from "../../engine/project";
import { layoutOf } from "../../engine/stack";
import { enterLab } from "../../lab/lab";
import { projectDir, stackPaths } from "../../paths";
import { run } from "../../process/run";
import { stack, testRoot } from "./environment";
import { voipJson } from "./voip";

/** What `up --json` prints. */
export interface Summary {
    stack: string;
    phase: string;
    engine: string;
    created: number;
    updated: number;
    replaced: number;
    deleted: number;
    same: number;
    seconds: number;
}

const summaryFile = path.join(testRoot, "up.json");

/**
 * The stack of the tests, brought up when no test file of this run has done so yet.
 * @returns what the first `up` of this run printed.
 * @throws Error when it does not come up, or did not before: then it is not tried again.
 */
export async function broughtUp(): Promise<Summary> {
    if (fs.existsSync(summaryFile)) {
        const known = JSON.parse(fs.readFileSync(summaryFile, "utf8")) as Summary | { failed: string };
        if ("failed" in known) throw new Error(`stack ${stack} did not come up: ${known.failed}`);
        return known;
    }
    try {
        const summary = await up();
        fs.writeFileSync(summaryFile, JSON.stringify(summary));
        return summary;
    } catch (error) {
        fs.writeFileSync(summaryFile, JSON.stringify({ failed: error instanceof Error ? error.message : error }));
        throw error;
    }
}

/** To be called when the stack was taken down: the next `broughtUp` brings it up again. */
export function forgetBroughtUp(): void {
    fs.rmSync(summaryFile, { force: true });
}

export const up = (): Promise<Summary> => voipJson<Summary>("up", "--yes");

let known: { version: string; outputs: Promise<PlatformOutputs> } | undefined;

/** What tells one content of the stack's state from the next: it is written to a new file, which takes the place of the old one. */
function stateVersion(): string {
    const { ino, mtimeNs, size } = fs.statSync(layoutOf(readProject(projectDir, stack)).checkpoint, { bigint: true });
    return [ino, mtimeNs, size].join(" ");
}

/** What `./voip outputs --show-secrets` prints. It is a function of the state: asked again when that was written. */
export function outputs(): Promise<PlatformOutputs> {
    const version = stateVersion();
    if (known?.version !== version) {
        known = { version, outputs: voipJson<PlatformOutputs>("outputs", "--show-secrets") };
    }
    return known.outputs;
}

/** Runs a shell command on a VM of the stack, over the connection that all share (ControlMaster). */
export async function onVm(host: string, remoteCommand: string): Promise<string> {
    const { sshConfig } = stackPaths(stack);
    return (await run(enterLab(stack, sshArgv({ sshConfig, host }, remoteCommand)))).stdout;
}

/**
 * While `work` runs, who connects to a socket on this machine is connected to an address by a VM: the other end sees the VM's.
 * @param socket path of the socket, which must not exist
 * @param to such as 192.168.64.1:5432
 */
export async function throughVm<T>(host: string, socket: string, to: string, work: () => Promise<T>): Promise<T> {
    const { sshConfig } = stackPaths(stack);
    const tell = (command: string): Promise<unknown> =>
        run(enterLab(stack, ["ssh", "-F", sshConfig, "-O", command, "-L", `${socket}:${to}`, host]));
    await onVm(host, "true"); // the shared connection is there
    await tell("forward");
    try {
        return await work();
    } finally {
        await tell("cancel");
    }
}

/** Command line that enters the namespace of the phones. */
export const enterPhones = ["nsenter", `--net=/run/netns/${stackPaths(stack).phonesNetns}`];
