import { VaultClient, VaultError, type VaultClientOptions } from "./client";

/** A server's state, by the status of its answer (sys/health). */
const states: Record<number, string> = {
    429: "standby",
    472: "standby",
    473: "standby",
    501: "not initialised",
    503: "sealed",
};

/** `active`, or in a few words why not. */
export async function serverState(options: VaultClientOptions): Promise<string> {
    try {
        await new VaultClient({ timeoutMs: 5000, ...options }).request("GET", "sys/health");
        return "active";
    } catch (error) {
        if (error instanceof VaultError) return states[error.status] ?? error.message;
        return `not answering: ${(error as Error).message}`;
    }
}
