import * as http from "node:http";
import * as https from "node:https";

export interface VaultClientOptions {
    /** URL of the server, such as https://192.168.64.1:8200. */
    address: string;
    token?: string;
    /** CA certificates (PEM) to check the server's certificate against; default: the system's. */
    ca?: string;
    /** Milliseconds until a request without an answer is abandoned; 30,000 by default. */
    timeoutMs?: number;
}

export type VaultMethod = "GET" | "LIST" | "POST" | "PUT" | "DELETE";

/** Vault's usual answer (Vault API, "the API response"). */
export interface VaultAnswer {
    data: Record<string, unknown> | null;
    auth?: { client_token: string; accessor: string; policies: string[]; lease_duration: number } | null;
    wrap_info?: { token: string; accessor: string; wrapped_accessor?: string; ttl: number } | null;
    lease_id?: string;
    lease_duration?: number;
}

/** A text in the data of an answer; undefined if there is none of that name. */
export function vaultText(answer: VaultAnswer | undefined, field: string): string | undefined {
    const value = answer?.data?.[field];
    return typeof value === "string" ? value : undefined;
}

/** An answer other than success. The message is one sentence with the server's message. */
export class VaultError extends Error {
    constructor(
        readonly method: VaultMethod,
        readonly path: string,
        /** HTTP status. */
        readonly status: number,
        readonly errors: string[],
    ) {
        const said = errors.map((error) => error.trim().replace(/\s+/g, " ")).join("; ");
        super(`Vault refused ${method} ${path} with status ${status}${said ? `: ${said}` : ""}`);
        this.name = "VaultError";
    }
}

/** The HTTP API of Vault and OpenBao. */
export class VaultClient {
    constructor(private readonly options: VaultClientOptions) {}

    /**
     * @param path without `/v1/`, such as `database/rotate-role/kamailio`
     * @param wrapTtl seconds; the answer's content can then be read once, with the token in `wrap_info` (response wrapping)
     * @returns undefined if the server answers 404, or without content
     * @throws VaultError on any other refusal; Error if the server can't be reached
     */
    async request(
        method: VaultMethod,
        path: string,
        body?: Record<string, unknown>,
        { wrapTtl }: { wrapTtl?: number } = {},
    ): Promise<VaultAnswer | undefined> {
        const { address, token, ca, timeoutMs = 30_000 } = this.options;
        const url = new URL(`/v1/${path}${method === "LIST" ? "?list=true" : ""}`, address);
        const content = body === undefined ? undefined : JSON.stringify(body);
        const send = () =>
            exchange(url, content, {
                method: method === "LIST" ? "GET" : method, // HTTP has no LIST; proxies may refuse it
                ca,
                timeout: timeoutMs,
                agent: false, // each request has its own connection: the server may have a new certificate by now
                headers: {
                    "X-Vault-Request": "true",
                    ...(token ? { "X-Vault-Token": token } : {}),
                    ...(wrapTtl ? { "X-Vault-Wrap-TTL": `${wrapTtl}s` } : {}),
                    ...(content
                        ? { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(content) }
                        : {}),
                },
            });
        const { status, text } = await untilNoConflict(send).catch((error: Error) => {
            throw new Error(`Vault at ${address} can't be asked (${method} ${path}): ${error.message}`, {
                cause: error,
            });
        });
        if (status === 404 && errorsIn(text).length === 0) return undefined;
        if (status >= 300) throw new VaultError(method, path, status, errorsIn(text));
        return text ? (JSON.parse(text) as VaultAnswer) : undefined;
    }

    /** The keys below a path; empty if there are none. */
    async list(path: string): Promise<string[]> {
        const answer = await this.request("LIST", path);
        return (answer?.data?.keys as string[] | undefined) ?? [];
    }
}

/** How often a request is sent when it loses a conflict. */
const attempts = 10;

/**
 * If two requests write to the same place at the same time, OpenBao's raft store accepts the first; nothing of the other is
 * kept, and it can be sent again.
 */
async function untilNoConflict(send: () => Promise<Answer>): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
        const answer = await send();
        const isConflict = answer.status === 500 && answer.text.includes("transaction commit failed");
        if (!isConflict || attempt === attempts) return answer;
        await new Promise((wake) => setTimeout(wake, Math.random() * 50 * attempt));
    }
}

function errorsIn(text: string): string[] {
    try {
        return (JSON.parse(text) as { errors?: string[] }).errors ?? [];
    } catch {
        return text ? [text.slice(0, 200)] : [];
    }
}

interface Answer {
    status: number;
    text: string;
}

function exchange(url: URL, content: string | undefined, options: https.RequestOptions): Promise<Answer> {
    const { request } = url.protocol === "http:" ? http : https;
    return new Promise((resolve, reject) => {
        const sent = request(url, options, (response) => {
            let text = "";
            response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
            response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
            response.on("error", reject);
        });
        sent.on("timeout", () => sent.destroy(new Error(`no answer in ${options.timeout} ms`)));
        sent.on("error", reject);
        sent.end(content);
    });
}
