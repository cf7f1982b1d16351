import { setTimeout as delay } from "node:timers/promises";
import type { Client, ConnectConfig, ServerHostKeyAlgorithm } from "ssh2";
import type { Field } from "../inputs";
import { UnreachableError } from "../plugin";

/** How a remote command reaches its host; names and defaults of @pulumi/command. */
export interface Connection {
    host: string;
    port: number;
    user: string;
    password?: string;
    /** In OpenSSH's or PEM format. */
    privateKey?: string;
    privateKeyPassword?: string;
    agentSocketPath?: string;
    /** As in a .pub file; without it, any host key is accepted. */
    hostKey?: string;
    /** Failed attempts after which dialling is given up; -1: never. */
    dialErrorLimit: number;
    /** Seconds for one attempt; 0: no limit. */
    perDialTimeout: number;
}

export const connectionField: Field = {
    required: true,
    shape: {
        object: {
            host: { shape: "string", required: true },
            port: { shape: "integer", default: 22 },
            user: { shape: "string", default: "root" },
            password: { shape: "string" },
            privateKey: { shape: "string" },
            privateKeyPassword: { shape: "string" },
            agentSocketPath: { shape: "string" },
            hostKey: { shape: "string" },
            dialErrorLimit: { shape: "integer", default: 10, atLeast: -1 },
            perDialTimeout: { shape: "integer", default: 15, atLeast: 0 },
        },
    },
};

/** One RSA key signs with several algorithms; every other type of key with the one of its name. */
function algorithmsOf(keyType: string): ServerHostKeyAlgorithm[] {
    return (
        keyType === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] : [keyType]
    ) as ServerHostKeyAlgorithm[];
}

function hostKeyChecks(connection: Connection): Partial<ConnectConfig> {
    if (!connection.hostKey) return {};
    const [type, key] = connection.hostKey.trim().split(/\s+/);
    if (!key) throw new Error("connection.hostKey must be an algorithm and a key, as in a .pub file");
    const wanted = Buffer.from(key, "base64");
    return {
        hostVerifier: (offered: Buffer) => offered.equals(wanted),
        algorithms: { serverHostKey: algorithmsOf(type) },
    };
}

async function connectOnce(connection: Connection): Promise<Client> {
    const ssh2 = await import("ssh2"); // takes 0.1 s to load; most runs connect to nothing
    return new Promise((resolve, reject) => {
        const client = new ssh2.Client();
        client.once("ready", () => resolve(client));
        client.once("error", reject);
        client.once("end", () => reject(new Error("the host ended the connection")));
        client.on("keyboard-interactive", (_name, _instructions, _language, prompts, finish) =>
            finish(prompts.map(() => connection.password ?? "")),
        );
        client.connect({
            host: connection.host,
            port: connection.port,
            username: connection.user,
            password: connection.password,
            privateKey: connection.privateKey,
            passphrase: connection.privateKeyPassword,
            agent: connection.agentSocketPath ?? process.env.SSH_AUTH_SOCK,
            tryKeyboard: connection.password !== undefined,
            readyTimeout: connection.perDialTimeout * 1000,
            keepaliveInterval: 10_000,
            ...hostKeyChecks(connection),
        });
    });
}

/**
 * Dials until the host lets in, after each failure twice as long a time later (0.25 s to 30 s).
 * @throws UnreachableError after `dialErrorLimit` failures, with the last one's reason.
 */
export async function dial(connection: Connection, signal: AbortSignal, log: (line: string) => void): Promise<Client> {
    const { host, port, dialErrorLimit } = connection;
    for (let failures = 0, wait = 250; ; wait = Math.min(wait * 2, 30_000)) {
        try {
            return await connectOnce(connection);
        } catch (error) {
            failures += 1;
            const reason = (error as Error).message;
            if (dialErrorLimit >= 0 && failures > dialErrorLimit) {
                throw new UnreachableError(
                    `no ssh connection to ${host}:${port} after ${failures} attempts: ${reason}`,
                );
            }
            log(`Dial ${failures}/${dialErrorLimit < 0 ? "inf" : dialErrorLimit} failed: retrying`);
            await delay(wait, undefined, { signal });
        }
    }
}
