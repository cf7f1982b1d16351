import * as net from "node:net";
import { waitFor } from "../process/wait";

/** One event of a phone, as baresip's ctrl_tcp module sends it. */
export interface PhoneEvent {
    type: string;
    param?: string;
    /** Milliseconds of the monotonic clock at which it arrived here. */
    at: number;
    /** CALL_RTCP only; packets reported so far, jitter and round trip in microseconds (0: not known yet). */
    rtcp_stats?: { rx: { sent: number; jit: number }; rtt: number };
}

interface CommandAnswer {
    response: true;
    ok: boolean;
    data: string;
    token: string;
}

/** Splits a stream of netstrings (`<length>:<bytes>,`) into whole messages and the rest. */
export function readNetstrings(buffer: Buffer): { messages: string[]; rest: Buffer } {
    const messages: string[] = [];
    for (;;) {
        const colon = buffer.indexOf(":");
        if (colon < 0) return { messages, rest: buffer };
        const length = Number(buffer.subarray(0, colon).toString("ascii"));
        if (!Number.isInteger(length)) throw new Error(`not a netstring length: ${buffer.subarray(0, 20).toString()}`);
        if (buffer.length < colon + 1 + length + 1) return { messages, rest: buffer };
        messages.push(buffer.subarray(colon + 1, colon + 1 + length).toString("utf8"));
        buffer = buffer.subarray(colon + 1 + length + 1);
    }
}

/** The control connection of one baresip: commands in, answers and events out. */
export class PhoneControl {
    readonly events: PhoneEvent[] = [];
    private readonly answers = new Map<string, CommandAnswer>();
    private rest: Buffer = Buffer.alloc(0);
    private sent = 0;
    private ended = false;

    private constructor(private readonly socket: net.Socket) {
        socket.on("data", (chunk) => this.take(chunk));
        socket.on("close", () => (this.ended = true));
        socket.on("error", () => (this.ended = true));
    }

    /** Connects once the phone listens. @throws Error after `deadlineMs`. */
    static async connect(port: number, deadlineMs: number): Promise<PhoneControl> {
        const attempt = (): Promise<net.Socket> =>
            new Promise((resolve, reject) => {
                const socket = net.connect(port, "127.0.0.1", () => resolve(socket));
                socket.once("error", reject);
            });
        return new PhoneControl(await waitFor("the phone's control port", attempt, { deadlineMs, intervalMs: 20 }));
    }

    /** Runs one of baresip's long commands. @throws Error if the phone refuses it or does not answer within 5 s. */
    async command(command: string, params?: string): Promise<string> {
        const token = String(++this.sent);
        const message = Buffer.from(JSON.stringify({ command, params, token }));
        this.socket.write(Buffer.concat([Buffer.from(`${message.length}:`), message, Buffer.from(",")]));
        const answer = await waitFor(
            `the phone's answer to "${command}"`,
            () => {
                if (this.ended) throw new Error("the phone has ended");
                return this.answers.get(token);
            },
            { deadlineMs: 5000, intervalMs: 5 },
        );
        this.answers.delete(token);
        if (!answer.ok) throw new Error(`the phone refused "${command}": ${answer.data.trim()}`);
        return answer.data;
    }

    /** The last event of one of these types, if there was one. */
    last(...types: string[]): PhoneEvent | undefined {
        return this.events.filter((event) => types.includes(event.type)).at(-1);
    }

    close(): void {
        this.socket.destroy();
    }

    private take(chunk: Buffer): void {
        const { messages, rest } = readNetstrings(Buffer.concat([this.rest, chunk]));
        this.rest = rest;
        for (const message of messages) {
            const value = JSON.parse(message) as CommandAnswer | Omit<PhoneEvent, "at">;
            if ("response" in value) this.answers.set(value.token, value);
            else this.events.push({ ...value, at: performance.now() });
        }
    }
}
