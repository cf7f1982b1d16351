import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { answerJob } from "../../process/program";

/** Connections that say nothing. */
export interface ConnectionsJob {
    host: string;
    port: number;
    address: string;
    ca: string;
    domain: string;
    /** With a handshake. */
    tls: boolean;
    count: number;
    /** Ends the wait for those that stay. */
    deadlineMs: number;
}

export interface ConnectionsReport {
    /** That were there after the last one was tried. */
    open: number;
    /** Seconds until the server had closed them all; undefined if it did not. */
    closedAfterSeconds?: number;
}

async function idle({
    host,
    port,
    address,
    ca,
    domain,
    tls,
    count,
    deadlineMs,
}: ConnectionsJob): Promise<ConnectionsReport> {
    const sockets: Socket[] = [];
    const closed = new Set<Socket>();
    const open = (): Promise<void> =>
        new Promise((done) => {
            const plain = connectTcp({ host, port, localAddress: address });
            const socket = tls ? connectTls({ socket: plain, ca, servername: domain }) : plain;
            sockets.push(plain);
            plain.on("error", () => undefined).on("close", () => (closed.add(plain), done()));
            socket.on("error", () => undefined).once(tls ? "secureConnect" : "connect", () => done());
        });
    for (let made = 0; made < count; made += 20)
        await Promise.all(Array.from({ length: Math.min(20, count - made) }, open));
    const start = Date.now();
    const report: ConnectionsReport = { open: count - closed.size };
    const all = new Promise<void>((done) => {
        const look = (): void => void (closed.size === count && done());
        for (const socket of sockets) socket.on("close", look);
        look();
    });
    const deadline = new Promise<void>((wake) => setTimeout(wake, deadlineMs).unref());
    await Promise.race([all, deadline]);
    if (closed.size === count) report.closedAfterSeconds = (Date.now() - start) / 1000;
    for (const socket of sockets) socket.destroy();
    return report;
}

void answerJob(idle);
