import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { DockerApi } from "../../clients/docker/api";
import { daemonAt } from "../../clients/docker/daemon";
import { execIn } from "../../clients/docker/exec";
import type { PostgresLogin } from "../../clients/postgres/connection";
import type { VaultAnswer, VaultMethod } from "../../clients/vault/client";
import { enterLab } from "../../lab/lab";
import { stackPaths } from "../../paths";
import { runProgram } from "../../process/program";
import { stack } from "./environment";
import { outputs, throughVm } from "./platform";

const inLab = (argv: string[]): string[] => enterLab(stack, argv);

export interface DatabaseJob {
    login: PostgresLogin;
    database: string;
    statement: string;
    /** Directory with a socket that leads to the server (libpq's naming). */
    socketDir?: string;
    /** Address of this machine to connect from. */
    localAddress?: string;
}

export interface DatabaseReport {
    rows?: Record<string, unknown>[];
    /** What the server said instead. */
    error?: string;
}

export interface DatabaseUser {
    user: string;
    password: string;
}

async function databaseJob({ user, password }: DatabaseUser, database: string, statement: string) {
    const { core, postgres } = await outputs();
    const { postgresHost: host, postgresPort: port } = core;
    return { login: { host, port, user, password, caFile: postgres.caFile }, database, statement };
}

/** Runs a statement as somebody, from the host's side of the internal network, or from elsewhere on this machine. */
export async function asDatabaseUser(
    account: DatabaseUser,
    database: string,
    statement = "SELECT 1",
    enter = inLab,
): Promise<DatabaseReport> {
    const job: DatabaseJob = await databaseJob(account, database, statement);
    return runProgram<DatabaseReport>("tests/stack/database-main.ts", job, enter);
}

/** The same from a VM. */
export async function asDatabaseUserOn(
    vm: string,
    account: DatabaseUser,
    database: string,
    statement = "SELECT 1",
): Promise<DatabaseReport> {
    const job = await databaseJob(account, database, statement);
    const { host, port } = job.login;
    const socketDir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-sql-"));
    try {
        return await throughVm(vm, `${socketDir}/.s.PGSQL.${port}`, `${host}:${port}`, () =>
            runProgram<DatabaseReport>("tests/stack/database-main.ts", { ...job, socketDir }, inLab),
        );
    } finally {
        fs.rmSync(socketDir, { recursive: true });
    }
}

/** Runs a statement as PostgreSQL's superuser. @throws Error with what the server said */
export async function asSuperuser(statement: string, database = "postgres"): Promise<Record<string, unknown>[]> {
    const { postgres } = await outputs();
    const { rows, error } = await asDatabaseUser(postgres, database, statement);
    if (!rows) throw new Error(error);
    return rows;
}

export interface VaultQuestion {
    method: VaultMethod;
    path: string;
    body?: Record<string, unknown>;
    /** That of provisioning by default. */
    token?: string;
}

export interface VaultJob {
    address: string;
    ca: string;
    /** For questions that have none. */
    token?: string;
    questions: VaultQuestion[];
}

export interface VaultReport {
    answer?: VaultAnswer;
    /** HTTP status of a refusal. */
    status?: number;
    error?: string;
}

/** Asks Vault from the host's side of the internal network, one question after the other. @returns a report for each */
export async function askVault(questions: VaultQuestion[]): Promise<VaultReport[]> {
    const { core, vault } = await outputs();
    const ca = fs.readFileSync(vault.caFile, "utf8");
    const job: VaultJob = { address: core.vaultAddress, ca, token: vault.token, questions };
    return runProgram<VaultReport[]>("tests/stack/vault-main.ts", job, inLab);
}

/** Asks the lab's Docker daemon something. */
async function docker<T>(ask: (api: DockerApi) => Promise<T>): Promise<T> {
    const api = new DockerApi(daemonAt(`unix://${stackPaths(stack).dockerSocket}`, []));
    try {
        return await ask(api);
    } finally {
        api.close();
    }
}

/** Does something to a container of the core services, as `docker kill openbao` does. */
export const container = (name: string, action: "kill" | "start"): Promise<unknown> =>
    docker((api) => api.call("POST", `/containers/${name}/${action}`));

/** Whether the lab's Docker daemon can limit memory (GET /info). */
export const limitsMemory = (): Promise<boolean> =>
    docker(async (api) => ((await api.call("GET", "/info")) as { MemoryLimit: boolean }).MemoryLimit);

/**
 * Runs a command in a container of the core services, as `docker exec` does, and returns what it prints.
 * @throws Error with that if the command fails
 */
export function inContainer(name: string, argv: readonly string[]): Promise<string> {
    return docker((api) => execIn(api, name, [...argv]));
}
