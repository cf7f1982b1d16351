import * as fs from "node:fs";
import { Agent, request } from "node:https";
import { request as plainRequest } from "node:http";
import { UnreachableError, type Value } from "../plugin";

/** Milliseconds after which a request counts as not answered. */
const PATIENCE_MS = 60_000;

export interface VaultConfig {
    /** URL of the server. */
    address: string;
    token: string;
    /** File of CA certificates (PEM) that the server's is checked against; without it, the system's. */
    caCertFile?: string;
    namespace?: string;
}

/** The server refused. */
export class VaultError extends Error {
    constructor(
        readonly status: number,
        message: string,
    ) {
        super(message);
        this.name = "VaultError";
    }
}

/** What a path holds, by the API's names. */
export type VaultData = Record<string, Value>;

interface Answer {
    status: number;
    text: string;
}

const trimmed = (path: string): string => path.replace(/^\/+|\/+$/g, "");

function messageOf({ status, text }: Answer): string {
    try {
        const { errors } = JSON.parse(text) as { errors?: string[] };
        if (errors?.length) return errors.join("; ").replace(/\s+/g, " ").trim();
    } catch {
        // not JSON: the status is all there is
    }
    return `HTTP status ${status}`;
}

/** A client of the HTTP API that OpenBao and Vault share (https://openbao.org/api-docs/). */
export class VaultApi {
    private readonly agent: Agent;

    constructor(private readonly config: VaultConfig) {
        const ca = config.caCertFile ? fs.readFileSync(config.caCertFile, "utf8") : undefined;
        this.agent = new Agent({ keepAlive: true, maxSockets: 8, ca });
    }

    /** @returns what is at `path`; undefined when there is nothing. */
    async read(path: string): Promise<VaultData | undefined> {
        const answer = await this.exchange("GET", path);
        return answer.status === 404 ? undefined : this.dataOf("reading", path, answer);
    }

    /** @returns the answer's data; empty when there is none. */
    async write(path: string, body: object, signal?: AbortSignal): Promise<VaultData> {
        return (await this.dataOf("writing", path, await this.exchange("POST", path, body, signal))) ?? {};
    }

    /** Content when there is nothing at `path`, or nothing mounted there. */
    async remove(path: string): Promise<void> {
        const answer = await this.exchange("DELETE", path);
        const absent = answer.status === 404 || /no handler for route|unsupported path/.test(answer.text);
        if (!absent) await this.dataOf("deleting", path, answer);
    }

    close(): void {
        this.agent.destroy();
    }

    private async dataOf(doing: string, path: string, answer: Answer): Promise<VaultData | undefined> {
        if (answer.status === 503)
            throw new UnreachableError(`${this.config.address} can't serve: ${messageOf(answer)}`);
        if (answer.status >= 400) {
            const reason = `${doing} ${path} at ${this.config.address} was refused: ${messageOf(answer)}`;
            throw new VaultError(answer.status, reason);
        }
        if (!answer.text) return undefined;
        const parsed = JSON.parse(answer.text) as { data?: VaultData | null };
        return parsed.data ?? undefined;
    }

    private exchange(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Answer> {
        const { address, token, namespace } = this.config;
        const url = new URL(`v1/${trimmed(path).split("/").map(encodeURIComponent).join("/")}`, `${address}/`);
        const payload = body && JSON.stringify(body);
        const timeout = AbortSignal.timeout(PATIENCE_MS);
        const secure = url.protocol === "https:";
        return new Promise<Answer>((resolve, reject) => {
            const sent = (secure ? request : plainRequest)(
                url,
                {
                    method,
                    agent: secure ? this.agent : undefined,
                    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
                    headers: {
                        "x-vault-token": token,
                        "x-vault-request": "true",
                        ...(namespace && { "x-vault-namespace": namespace }),
                        ...(payload && {
                            "content-type": "application/json",
                            "content-length": Buffer.byteLength(payload),
                        }),
                    },
                },
                (response) => {
                    const chunks: Buffer[] = [];
                    response.on("data", (chunk: Buffer) => chunks.push(chunk));
                    response.on("error", reject);
                    response.on("end", () => {
                        const text = Buffer.concat(chunks).toString("utf8");
                        resolve({ status: response.statusCode ?? 0, text });
                    });
                },
            );
            sent.on("error", (error: NodeJS.ErrnoException) => {
                if (signal?.aborted) return reject(new Error("interrupted"));
                const said = error.name === "AbortError" ? "no answer in time" : error.message;
                reject(new UnreachableError(`no connection to ${address}: ${said}`));
            });
            sent.end(payload);
        });
    }
}
