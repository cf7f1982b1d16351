import * as fs from "node:fs";
import { UnreachableError } from "../../../clients/unreachable";
import { VaultClient, VaultError, type VaultMethod } from "../../../clients/vault/client";
import type { Properties } from "../plugin";

export interface VaultConfig {
    /** URL of the server. */
    address: string;
    token: string;
    /** File of CA certificates (PEM) to check the server's against; without it, the system's. */
    caCertFile?: string;
}

/** The content of a path, by the API's names. */
export type VaultData = Properties;

/** Vault's answer if nothing is mounted. */
const nothingMounted = /no handler for route|unsupported path/;

/** The requests that resources make to OpenBao or Vault (https://openbao.org/api-docs/). */
export class VaultApi {
    constructor(private readonly config: VaultConfig) {}

    /** @returns the content of `path`; undefined if there is none. */
    read(path: string): Promise<VaultData | undefined> {
        return this.ask("GET", path);
    }

    /** @returns the answer's data; empty if there is none. */
    async write(path: string, body: VaultData): Promise<VaultData> {
        return (await this.ask("POST", path, body)) ?? {};
    }

    /** Succeeds if there is nothing at `path`, or nothing mounted there. */
    async remove(path: string): Promise<void> {
        await this.ask("DELETE", path).catch((error: unknown) => {
            if (!(error instanceof VaultError && nothingMounted.test(error.message))) throw error;
        });
    }

    private async ask(method: VaultMethod, path: string, body?: VaultData): Promise<VaultData | undefined> {
        const { address, token, caCertFile } = this.config;
        // read each time: the trusted certificates change with the CA
        const ca = caCertFile ? fs.readFileSync(caCertFile, "utf8") : undefined;
        const client = new VaultClient({ address, token, ca, timeoutMs: 60_000 });
        try {
            const answer = await client.request(method, path.split("/").map(encodeURIComponent).join("/"), body);
            return (answer?.data ?? undefined) as VaultData | undefined;
        } catch (error) {
            const absent = !(error instanceof VaultError) || error.status === 503; // 503: sealed, or a standby
            throw absent ? new UnreachableError((error as Error).message) : error;
        }
    }
}

/**
 * Like `read`; also undefined if the server reports a missing object by its message, not by its status.
 * @param absent matches that message
 */
export async function readUnless(api: VaultApi, path: string, absent: RegExp): Promise<VaultData | undefined> {
    try {
        return await api.read(path);
    } catch (error) {
        const gone = error instanceof VaultError && (absent.test(error.message) || nothingMounted.test(error.message));
        if (gone) return undefined;
        throw error;
    }
}
