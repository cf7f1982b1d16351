import * as dgram from "node:dgram";
import * as net from "node:net";
import * as tls from "node:tls";
import { MessageStream } from "./message";

/** Who a phone is, and where it sends to. */
export interface PhoneAccess {
    transport: "udp" | "tcp" | "tls";
    /** Of the proxy. */
    host: string;
    port: number;
    /** The phone's own IPv4 address. */
    address: string;
    /** CA certificates (PEM), for TLS. */
    ca: string;
    domain: string;
    user: string;
    password: string;
    /** Milliseconds after which there is no answer; 10,000 by default. */
    deadlineMs?: number;
}

export interface Wire {
    send(message: string | Buffer): void;
    /** The next message; undefined if none comes in time, or the other side has closed the connection. */
    next(deadlineMs: number): Promise<string | undefined>;
    /** Whether the other side has closed the connection. */
    isClosed(): boolean;
    /** Where the phone sends from. */
    own: string;
    close(): void;
}

class Inbox {
    isClosed = false;
    private readonly waiting: string[] = [];
    private wake?: () => void;

    put(message: string): void {
        this.waiting.push(message);
        this.wake?.();
    }

    close(): void {
        this.isClosed = true;
        this.wake?.();
    }

    async next(deadlineMs: number): Promise<string | undefined> {
        if (this.waiting.length === 0 && !this.isClosed) {
            await new Promise<void>((resolve) => {
                const late = setTimeout(resolve, deadlineMs);
                this.wake = () => {
                    clearTimeout(late);
                    resolve();
                };
            });
            this.wake = undefined;
        }
        return this.waiting.shift();
    }
}

async function byUdp({ host, port, address }: PhoneAccess): Promise<Wire> {
    const socket = dgram.createSocket("udp4");
    await new Promise<void>((bound) => socket.bind(0, address, bound));
    const inbox = new Inbox();
    socket.on("message", (message) => inbox.put(message.toString()));
    return {
        own: `${address}:${socket.address().port}`,
        send: (message) => socket.send(message, port, host),
        next: (deadlineMs) => inbox.next(deadlineMs),
        isClosed: () => false,
        close: () => socket.close(),
    };
}

async function byStream({ transport, host, port, address, ca, domain }: PhoneAccess): Promise<Wire> {
    const where = { host, port, localAddress: address };
    const socket = await new Promise<net.Socket>((resolve, reject) => {
        const opened: net.Socket =
            transport === "tls"
                ? tls.connect({ ...where, ca, servername: domain } as tls.ConnectionOptions, () => resolve(opened))
                : net.connect(where, () => resolve(opened));
        opened.once("error", reject);
    });
    const inbox = new Inbox();
    const stream = new MessageStream();
    socket.on("data", (chunk) => stream.take(chunk).forEach((message) => inbox.put(message)));
    socket.on("error", () => undefined);
    socket.on("close", () => inbox.close());
    return {
        own: `${address}:${socket.localPort}`,
        send: (message) => void socket.write(message),
        next: (deadlineMs) => inbox.next(deadlineMs),
        isClosed: () => inbox.isClosed,
        close: () => socket.destroy(),
    };
}

/** Opens the phone's socket, or its connection. @throws Error if there is none */
export const openWire = (access: PhoneAccess): Promise<Wire> =>
    access.transport === "udp" ? byUdp(access) : byStream(access);
