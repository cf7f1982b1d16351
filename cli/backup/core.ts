import * as fs from "node:fs";
import * as path from "node:path";
import { serverDir } from "../../components/core-paths";
import { execIn } from "../../clients/docker/exec";
import { withDocker } from "../../clients/docker/session";
import { Failure, messageOf } from "../result";

/** The stack whose lab has the core services. */
export interface CorePlace {
    stack: string;
    dataDir: string;
    /** Docker daemon of the lab: a unix:// URL. */
    dockerHost: string;
}

const servers = ["openbao", "postgres"] as const;

/** Seconds for OpenBao to end by itself. */
const stopSeconds = "20";

/** A base backup reads and writes all data once. */
const baseMs = 3600_000;

/** What a base backup is copied to, in the volume of PostgreSQL; `/data` in its container. */
const baseDir = "backup";

/** @throws Failure if one of the servers does not run */
export async function mustRun({ stack, dockerHost }: CorePlace): Promise<void> {
    const states = await withDocker(dockerHost, (api) =>
        Promise.all(
            servers.map(async (name) => {
                const seen = (await api.call("GET", `/containers/${name}/json`)) as { State: { Running: boolean } };
                return seen.State.Running ? [] : [name];
            }),
        ),
    ).catch((error: unknown) => {
        throw new Failure(
            `the core services of stack ${stack} can't be asked (${messageOf(error)}): run ./voip up first`,
        );
    });
    const stopped = states.flat();
    if (stopped.length)
        throw new Failure(`${stopped.join(" and ")} of stack ${stack} does not run: run ./voip up first`);
}

/** Runs `work` while OpenBao is stopped: its data don't change, nor does any password in PostgreSQL. */
export async function whileStopped<T>({ dockerHost }: CorePlace, work: () => Promise<T>): Promise<T> {
    const tell = (action: string, query?: Record<string, string>): Promise<unknown> =>
        withDocker(dockerHost, (api) => api.call("POST", `/containers/openbao/${action}`, { query }));
    try {
        await tell("stop", { t: stopSeconds });
        return await work();
    } finally {
        await tell("start");
    }
}

/** Of OpenBao: keys and secrets, audit log, and the mark that it was initialised (providers/vault-server). */
export const openbaoFiles = ["data", "audit", "initialised"];

/**
 * The script that makes a base backup with all of the write-ahead log that it needs, checks it, and adds the mark of the
 * superuser's password (services/postgres/guest). The password is not visible in its arguments.
 */
const baseBackup = (port: number): string => `set -eu
export PGPASSWORD="$(cat /etc/postgresql/password)"
mkdir -m 700 /data/${baseDir}
pg_basebackup --host=/run/postgres --port=${port} --username=postgres --no-password \\
    --pgdata=/data/${baseDir}/cluster --format=plain --wal-method=stream --checkpoint=fast
pg_verifybackup --quiet /data/${baseDir}/cluster
cp /data/password.sha256 /data/${baseDir}/`;

const baseOf = (place: CorePlace): string => path.join(serverDir(place, "postgres"), "data", baseDir);

/** Makes a base backup of PostgreSQL. @returns its directory */
export async function makeBase(place: CorePlace, port: number, signal: AbortSignal): Promise<string> {
    removeBase(place); // of a run that was killed
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(baseMs)]);
    const script = ["bash", "-c", baseBackup(port)];
    await withDocker(place.dockerHost, (api) => execIn(api, "postgres", script, deadline));
    return baseOf(place);
}

export const removeBase = (place: CorePlace): void => fs.rmSync(baseOf(place), { recursive: true, force: true });
