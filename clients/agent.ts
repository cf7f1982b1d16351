import * as net from "node:net";
import { waitFor } from "../process/wait";

/** A request to the agent of a host (agent/control.go): one JSON object over its socket. */
export interface AgentRequest {
    command: "status" | "render" | "login" | "restart";
    /** Of `render`: db, certs, kv or all. */
    kind?: string;
    /** Of `login`: the wrapping token of a secret-id, and on a second line the role-id. */
    input?: string;
}

/** The output of the agent's command, and its exit status. */
interface Answer {
    out: string;
    err: string;
    status: number;
}

/** Longer than any request, each of which has its own limit. */
const answerMs = 6 * 60_000;

function exchange(socket: string, request: AgentRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
        let text = "";
        const connection = net.connect(socket, () => connection.end(`${JSON.stringify(request)}\n`));
        connection.setTimeout(answerMs, () => connection.destroy(new Error(`no answer in ${answerMs / 1000} s`)));
        connection.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        connection.on("error", reject);
        connection.on("close", () => {
            try {
                resolve(JSON.parse(text) as Answer);
            } catch {
                reject(new Error(`the agent at ${socket} ended before it answered`));
            }
        });
    });
}

/**
 * Sends a request to the agent of this machine's core services.
 * @param startMs how long to wait for an agent that is being started
 * @returns the output of its command
 * @throws Error with the agent's message, or if none answers
 */
export async function askAgent(socket: string, request: AgentRequest, startMs = 0): Promise<string> {
    const answers = () =>
        new Promise<true>((resolve, reject) => {
            const connection = net.connect(socket, () => resolve(true));
            connection.on("connect", () => connection.destroy()).on("error", reject);
        });
    if (startMs > 0) await waitFor(`the agent at ${socket}`, answers, { deadlineMs: startMs });
    const { out, err, status } = await exchange(socket, request);
    if (status !== 0) throw new Error(err || out || `the agent at ${socket} says no more than status ${status}`);
    return out;
}
