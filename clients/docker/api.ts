import { request, type IncomingMessage } from "node:http";
import { UnreachableError } from "../unreachable";
import { requestTo, type Daemon } from "./daemon";

/** The newest version of the Docker Engine API that this client was written for; older daemons get their own. */
const API_VERSION = "1.51";

/** Milliseconds after which a request without its own deadline counts as unanswered. */
const PATIENCE_MS = 60_000;

/** The daemon refused. `message` is the daemon's. */
export class DockerError extends Error {
    constructor(
        readonly status: number,
        message: string,
    ) {
        super(message);
        this.name = "DockerError";
    }
}

export interface CallOptions {
    query?: Record<string, string>;
    /** Sent as JSON. */
    body?: unknown;
    /** Ends a request that may take long; without it, a request has a minute. */
    signal?: AbortSignal;
}

interface Answer {
    status: number;
    apiVersion?: string;
    body: Buffer;
}

async function collect(response: IncomingMessage): Promise<Answer> {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const version = response.headers["api-version"];
    return {
        status: response.statusCode ?? 0,
        apiVersion: typeof version === "string" ? version : undefined,
        body: Buffer.concat(chunks),
    };
}

function olderOf(one: string, other: string): string {
    const minor = (version: string): number => Number(version.split(".")[1]);
    return minor(one) < minor(other) ? one : other;
}

/** A client of one daemon's Engine API (https://docs.docker.com/reference/api/engine/). */
export class DockerApi {
    private version?: Promise<string>;

    constructor(private readonly daemon: Daemon) {}

    /**
     * Sends one request; returns the value of a JSON answer, or the bytes of any other.
     * @throws DockerError if the daemon refuses, UnreachableError if it can't be reached.
     */
    async call(method: "GET" | "POST" | "DELETE", path: string, options: CallOptions = {}): Promise<unknown> {
        const { body } = await this.exchange(method, `/v${await this.negotiated()}${path}`, options);
        const text = body.toString("utf8");
        try {
            return JSON.parse(text) as unknown;
        } catch {
            return body; // not JSON: an empty body, logs, or the progress lines of a pull
        }
    }

    close(): void {
        this.daemon.agent.destroy();
    }

    private negotiated(): Promise<string> {
        this.version ??= this.exchange("GET", "/_ping", {}).then(
            (answer) => olderOf(answer.apiVersion ?? API_VERSION, API_VERSION),
            (error: unknown) => {
                this.version = undefined; // the next call tries again
                throw error;
            },
        );
        return this.version;
    }

    private async exchange(method: string, path: string, options: CallOptions): Promise<Answer> {
        const query = options.query ? `?${new URLSearchParams(options.query).toString()}` : "";
        const payload = options.body === undefined ? undefined : JSON.stringify(options.body);
        const answer = await new Promise<Answer>((resolve, reject) => {
            const sent = request(
                {
                    ...requestTo(this.daemon),
                    method,
                    path: path + query,
                    headers: payload
                        ? { "content-type": "application/json", "content-length": Buffer.byteLength(payload) }
                        : {},
                    signal: options.signal ?? AbortSignal.timeout(PATIENCE_MS),
                },
                (response) => void collect(response).then(resolve, reject),
            );
            sent.on("error", (error: NodeJS.ErrnoException) => reject(this.explain(error)));
            sent.end(payload);
        });
        if (answer.status < 400) return answer;
        throw new DockerError(answer.status, messageOf(answer));
    }

    private explain(error: NodeJS.ErrnoException): Error {
        if (error.name === "AbortError") {
            if ((error.cause as Error | undefined)?.name !== "TimeoutError") return new Error("interrupted");
            return new UnreachableError(`no answer from Docker on ${this.daemon.host} in time`);
        }
        const unreachable = ["ECONNREFUSED", "ENOENT", "EACCES", "ECONNRESET", "EPIPE"].includes(error.code ?? "");
        return unreachable
            ? new UnreachableError(`no connection to Docker on ${this.daemon.host}: ${error.message}`)
            : error;
    }
}

function messageOf(answer: Answer): string {
    const text = answer.body.toString("utf8").trim();
    try {
        const { message } = JSON.parse(text) as { message?: unknown };
        if (typeof message === "string") return message;
    } catch {
        // not JSON: use the text
    }
    return text || `HTTP status ${answer.status}`;
}
