import * as net from "node:net";
import * as tls from "node:tls";

/** A TLS listener whose certificate is checked. */
export interface Listener {
    name: string;
    host: string;
    port: number;
    /** `postgres`: TLS begins after an SSLRequest (PostgreSQL, protocol flow, "SSL Session Encryption"). */
    protocol?: "tls" | "postgres";
}

/** The certificate that a new connection gets. */
export interface ServedCertificate {
    name: string;
    serial: string;
    /** ISO 8601. */
    expiresAt: string;
    /** Why there is none, instead of the other fields. */
    error?: string;
}

const deadlineMs = 5000;

function connected(host: string, port: number): Promise<net.Socket> {
    return new Promise((resolve, reject) => {
        const socket = net.connect({ host, port });
        socket.setTimeout(deadlineMs, () => socket.destroy(new Error(`no answer in ${deadlineMs} ms`)));
        socket.once("error", reject);
        socket.once("connect", () => resolve(socket));
    });
}

/** Asks PostgreSQL to switch to TLS. */
async function requestSsl(socket: net.Socket): Promise<void> {
    const request = Buffer.alloc(8);
    request.writeUInt32BE(8, 0);
    request.writeUInt32BE(80877103, 4);
    socket.write(request);
    const answer = await new Promise<Buffer>((resolve, reject) => {
        socket.once("data", resolve);
        socket.once("error", reject);
        socket.once("close", () => reject(new Error("closed without an answer")));
    });
    if (answer.toString("latin1") !== "S") throw new Error("PostgreSQL has no TLS");
}

/** Does a TLS handshake with a listener and returns its certificate, without validating it. */
export async function servedCertificate({ name, host, port, protocol }: Listener): Promise<ServedCertificate> {
    try {
        const socket = await connected(host, port);
        try {
            if (protocol === "postgres") await requestSsl(socket);
            const secure = tls.connect({ socket, rejectUnauthorized: false });
            await new Promise<void>((resolve, reject) => {
                secure.once("secureConnect", resolve);
                secure.once("error", reject);
                secure.once("close", () => reject(new Error("closed during the handshake")));
            });
            const { serialNumber, valid_to } = secure.getPeerCertificate();
            return { name, serial: serialNumber, expiresAt: new Date(valid_to).toISOString() };
        } finally {
            socket.destroy();
        }
    } catch (error) {
        return { name, serial: "", expiresAt: "", error: `${host}:${port}: ${(error as Error).message}` };
    }
}
