import * as net from "node:net";
import { waitFor } from "../process/wait";

/** What the agent of a host is asked (agent/control.go): one JSON object over its socket. */
export interface AgentRequest {
    command: "status" | "render" | "login" | "restart";
    /** Of `render`: db, certs, kv or all. */
    kind?: string;
    /** Of `login`: the wrapping token of a secret-id, and on a second line the role-id. */
    input?: string;
}

/** What its command prints, and its exit status. */
interface Answer {
    out: string;
    err: string;
    status: number;
}

/** More than any request takes, which ends by itself. */
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
 * Asks the agent of this machine's core services.
 * @param startMs how long to wait for one that is being started
 * @returns what its command prints
 * @throws Error with what the agent says is wrong, or when none answers
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
