import * as fs from "node:fs";
import { UnreachableError } from "../../../clients/unreachable";
import { VaultClient, VaultError, type VaultMethod } from "../../../clients/vault/client";
import type { Properties } from "../plugin";

export interface VaultConfig {
    /** URL of the server. */
    address: string;
    token: string;
    /** File of CA certificates (PEM) that the server's is checked against; without it, the system's. */
    caCertFile?: string;
}

/** What a path holds, by the API's names. */
export type VaultData = Properties;

/** Vault answers so where nothing is mounted. */
const nothingMounted = /no handler for route|unsupported path/;

/** What resources ask of OpenBao or Vault (https://openbao.org/api-docs/). */
export class VaultApi {
    constructor(private readonly config: VaultConfig) {}

    /** @returns what is at `path`; undefined when there is nothing. */
    read(path: string): Promise<VaultData | undefined> {
        return this.ask("GET", path);
    }

    /** @returns the answer's data; empty when there is none. */
    async write(path: string, body: VaultData): Promise<VaultData> {
        return (await this.ask("POST", path, body)) ?? {};
    }

    /** Content when there is nothing at `path`, or nothing mounted there. */
    async remove(path: string): Promise<void> {
        await this.ask("DELETE", path).catch((error: unknown) => {
            if (!(error instanceof VaultError && nothingMounted.test(error.message))) throw error;
        });
    }

    private async ask(method: VaultMethod, path: string, body?: VaultData): Promise<VaultData | undefined> {
        const { address, token, caCertFile } = this.config;
        // read anew each time: what is trusted changes when the CA does
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
 * What `read` gives; undefined as well when the server says that there is nothing, in other words than by its status.
 * @param absent how it says that
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
