import * as dgram from "node:dgram";
import { createInterface } from "node:readline";
import type { Endpoint } from "./ng-main";

/** Milliseconds between two packets of a stream. */
const interval = 20;
const samplesPerPacket = 160;

/** One direction of a call: a socket that sends G.711 and counts what arrives. */
class Stream {
    sent = 0;
    received = 0;
    private readonly packet = Buffer.alloc(12 + samplesPerPacket, 0xd5); // A-law silence
    private target?: Endpoint;

    private constructor(
        private readonly socket: dgram.Socket,
        readonly own: Endpoint,
    ) {
        socket.on("message", () => this.received++);
        this.packet[0] = 0x80; // RTP version 2 (RFC 3550, section 5.1)
        this.packet[1] = 8; // PCMA (RFC 3551)
        this.packet.writeUInt32BE(own.port, 8);
    }

    static async bind(address: string): Promise<Stream> {
        const socket = dgram.createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
        await new Promise<void>((bound) => socket.bind(0, address, bound));
        return new Stream(socket, { address, port: socket.address().port });
    }

    to(target: Endpoint): void {
        this.target = target;
    }

    send(): void {
        if (!this.target) return;
        this.packet.writeUInt16BE(this.sent & 0xffff, 2);
        this.packet.writeUInt32BE((this.sent * samplesPerPacket) >>> 0, 4);
        this.sent++;
        this.socket.send(this.packet, this.target.port, this.target.address);
    }
}

/** Sends one packet of each stream every 20 ms; streams are spread over the interval, and delays are caught up. */
function pace(streams: Stream[]): void {
    const start = performance.now();
    let due = 0;
    setInterval(() => {
        const wanted = Math.floor(((performance.now() - start) / interval) * streams.length);
        for (; due < wanted; due++) streams[due % streams.length].send();
    }, 2);
}

/**
 * Runs in the phones' namespace. Reads lines from standard input and answers each on standard output: `{calls, addresses}`
 * opens the sockets, `{relays}` starts all streams, anything else asks for the counters; the end of input ends it.
 */
async function main(): Promise<void> {
    let pairs: { a: Stream; b: Stream }[] = [];
    const answer = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
    for await (const line of createInterface({ input: process.stdin })) {
        const order = JSON.parse(line) as {
            calls?: number;
            addresses?: [string, string];
            relays?: { a: Endpoint; b: Endpoint }[];
        };
        if (order.calls && order.addresses) {
            const [first, second] = order.addresses;
            const bind = async (): Promise<{ a: Stream; b: Stream }> => ({
                a: await Stream.bind(first),
                b: await Stream.bind(second),
            });
            pairs = await Promise.all(Array.from({ length: order.calls }, bind));
            answer(pairs.map(({ a, b }) => ({ a: a.own, b: b.own })));
        } else if (order.relays) {
            for (const [n, { a, b }] of order.relays.entries()) {
                pairs[n].a.to(a);
                pairs[n].b.to(b);
            }
            pace(pairs.flatMap(({ a, b }) => [a, b]));
            answer("started");
        } else {
            const streams = pairs.flatMap(({ a, b }) => [a, b]);
            const sum = (pick: (stream: Stream) => number): number => streams.reduce((n, s) => n + pick(s), 0);
            answer({ sent: sum(({ sent }) => sent), received: sum(({ received }) => received) });
        }
    }
    process.exit(0);
}

void main();
