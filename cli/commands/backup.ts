import * as path from "node:path";
import type { PlatformOutputs } from "../../contract";
import { enterLab } from "../../lab/lab";
import { projectDir, stackPaths } from "../../paths";
import { runProgram } from "../../process/program";
import type { ActiveJob } from "../backup/active-main";
import type { Rows, RowsJob } from "../backup/counts";
import { archiveOf } from "../backup/pbx";
import { backupPhrase } from "../backup/phrase";
import { takeBackup } from "../backup/take";
import { backendOf } from "../engine/backend";
import { platformOutputs } from "../platform/outputs";
import { table } from "../render/table";
import { Failure, note, type Result } from "../result";
import { hostPackages } from "./prepare";

export interface BackupOptions {
    stack: string;
    /** The directory to write to. */
    to: string;
    passphraseFile?: string;
}

/** @throws Failure if the state is not in files of this machine */
export function mustBeFiles(stack: string): void {
    const backend = backendOf(stack);
    if (backend.startsWith("file://")) return;
    throw new Failure(
        `the state of stack ${stack} is at ${backend}: backup and restore know states in files (file://) only`,
        { facts: { stack, backend } },
    );
}

/** @throws Failure if the stack has servers of somebody else */
export function mustBeLab(stack: string, lab: boolean, core: PlatformOutputs["core"]["kind"]): void {
    if (lab && core === "embedded") return;
    const what = lab ? "core services of its own (core: external)" : "no lab (lab: false)";
    throw new Failure(
        `stack ${stack} has ${what}: backup and restore are for stacks whose core services run in a lab`,
        {
            facts: { stack },
        },
    );
}

/** Runs `work` with a signal that an interrupt aborts, so that it can tidy up. */
async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const abort = new AbortController();
    const interrupt = (): void => abort.abort();
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, interrupt);
    try {
        return await work(abort.signal);
    } catch (error) {
        if (abort.signal.aborted) throw new Failure("backup: interrupted, nothing is left of it", { status: 130 });
        throw error;
    } finally {
        for (const signal of signals) process.removeListener(signal, interrupt);
    }
}

/** How many rows there are now that a backup counts. */
export function countRows(stack: string, { core, postgres }: PlatformOutputs): Promise<Rows> {
    const job: RowsJob = { login: { host: core.postgresHost, port: core.postgresPort, ...postgres } };
    return runProgram<Rows>("cli/backup/rows-main.ts", job, (argv) => enterLab(stack, argv));
}

function openbaoActive(stack: string, { core, vault }: PlatformOutputs): Promise<string> {
    const job: ActiveJob = { address: core.vaultAddress, caFile: vault.caFile };
    return runProgram<string>("cli/backup/active-main.ts", job, (argv) => enterLab(stack, argv));
}

/** Copies everything of a running stack that can't be made again to a directory, encrypted. */
export async function backup({ stack, to, passphraseFile }: BackupOptions): Promise<Result> {
    mustBeFiles(stack);
    const outputs = await platformOutputs(stack, true);
    mustBeLab(stack, outputs.lab.enabled, outputs.core.kind);
    const passphrase = backupPhrase(passphraseFile);
    await hostPackages();
    const { dataDir, dockerSocket } = stackPaths(stack);
    const dir = path.resolve(to);
    const manifest = await interruptible((signal) =>
        takeBackup({
            place: { stack, dataDir, dockerHost: `unix://${dockerSocket}` },
            projectDir,
            dir,
            passphrase,
            postgresPort: outputs.core.postgresPort,
            countRows: () => countRows(stack, outputs),
            openbaoActive: () => openbaoActive(stack, outputs),
            pbxs: outputs.pbxs.map(({ name }) => ({
                name,
                archive: archiveOf({ stack, sshConfig: outputs.sshConfig, host: name }),
            })),
            progress: (line) => note(`backup ${stack}: ${line}`),
            signal,
        }),
    );
    const { parts, counts, time } = manifest;
    return {
        facts: { stack, dir, time, parts, counts },
        text: [
            table(
                ["part", "bytes"],
                parts.map(({ file, bytes }) => [file, String(bytes)]),
            ),
            "",
            ...counts.map(({ name, most }) => `${most} ${name}`),
            `complete in ${dir}; its passphrase is not in it: keep that elsewhere`,
        ].join("\n"),
    };
}
