import * as dgram from "node:dgram";
import * as net from "node:net";
import { answerJob } from "../../process/program";

export interface ScanJob {
    address: string;
    /** Ports that a TCP connection is tried to. */
    tcp: number[];
    /** Datagrams that an answer is waited for. */
    udp: { port: number; text: string }[];
    /** How long one is waited for, and how many are tried at once. */
    timeoutMs: number;
    atOnce: number;
}

/** Ports that answered. */
export interface ScanReport {
    tcp: number[];
    udp: number[];
}

const connects = (address: string, port: number, timeout: number): Promise<boolean> =>
    new Promise((resolve) => {
        const socket = net.connect({ host: address, port, timeout });
        const end = (open: boolean): void => {
            socket.destroy();
            resolve(open);
        };
        socket
            .once("connect", () => end(true))
            .once("error", () => end(false))
            .once("timeout", () => end(false));
    });

const answers = (address: string, { port, text }: ScanJob["udp"][number], timeoutMs: number): Promise<boolean> =>
    new Promise((resolve) => {
        const socket = dgram.createSocket("udp4");
        const end = (open: boolean): void => {
            clearTimeout(late);
            socket.close();
            resolve(open);
        };
        const late = setTimeout(() => end(false), timeoutMs);
        socket.once("message", () => end(true)).once("error", () => end(false));
        socket.send(text, port, address);
    });

async function open<T>(all: T[], atOnce: number, probe: (one: T) => Promise<boolean>): Promise<T[]> {
    const found: T[] = [];
    const left = [...all];
    const worker = async (): Promise<void> => {
        for (let one = left.pop(); one !== undefined; one = left.pop()) if (await probe(one)) found.push(one);
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return found;
}

// in the phones' network
void answerJob(async ({ address, tcp, udp, timeoutMs, atOnce }: ScanJob): Promise<ScanReport> => {
    const openTcp = await open(tcp, atOnce, (port) => connects(address, port, timeoutMs));
    const openUdp = await open(udp, atOnce, (one) => answers(address, one, timeoutMs));
    return { tcp: openTcp.sort((a, b) => a - b), udp: openUdp.map(({ port }) => port) };
});
