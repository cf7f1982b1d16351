import { randomBytes } from "node:crypto";
import * as tls from "node:tls";
import { authorization } from "./digest";

/** A phone that registers over TLS and keeps its connection. */
export interface TlsPhone {
    user: string;
    password: string;
    domain: string;
    /** The phone's own IPv4 address. */
    address: string;
    proxy: { address: string; port: number };
    /** CA certificates (PEM) that the proxy's certificate is checked against. */
    ca: string;
}

const answerDeadlineMs = 20_000;

/** One registration, and the connection that it was made over. */
export class TlsRegistration {
    private readonly callId = randomBytes(8).toString("hex");
    private readonly tag = randomBytes(4).toString("hex");
    private sequence = 0;
    private received = "";
    private answered?: (response: string) => void;
    /** Whether the proxy, or the network, has ended the connection. */
    closed = false;

    private constructor(
        private readonly phone: TlsPhone,
        private readonly socket: tls.TLSSocket,
        /** Serial number of the certificate that the proxy has shown. */
        readonly serial: string,
    ) {
        socket.setEncoding("utf8").on("data", (chunk: string) => this.take(chunk));
        socket.on("close", () => (this.closed = true));
        socket.on("error", () => (this.closed = true));
    }

    /** @throws Error when the proxy's certificate is not good, or the proxy does not accept the registration */
    static async open(phone: TlsPhone): Promise<TlsRegistration> {
        const { address, proxy, ca, domain } = phone;
        const socket = await new Promise<tls.TLSSocket>((resolve, reject) => {
            const opened = tls.connect(
                {
                    host: proxy.address,
                    port: proxy.port,
                    localAddress: address,
                    ca,
                    servername: domain,
                } as tls.ConnectionOptions,
                () => resolve(opened),
            );
            opened.once("error", reject);
        });
        const registration = new TlsRegistration(phone, socket, socket.getPeerCertificate().serialNumber);
        await registration.register();
        return registration;
    }

    /** Registers, for the first time or again, over the same connection. @param expires seconds; 0 gives it up. @throws Error with the proxy's answer */
    async register(expires = 600): Promise<void> {
        const challenge = await this.exchange(expires);
        if (!challenge.startsWith("SIP/2.0 401")) throw new Error(`expected 401, got ${challenge.split("\r\n")[0]}`);
        const asked = /^WWW-Authenticate: Digest (.*)$/im.exec(challenge)?.[1] ?? "";
        const uri = `sip:${this.phone.domain}`;
        const accepted = await this.exchange(expires, authorization(this.phone, "REGISTER", uri, asked));
        if (!accepted.startsWith("SIP/2.0 200")) throw new Error(`expected 200, got ${accepted.split("\r\n")[0]}`);
    }

    /** Gives up the registration, where that is still possible, and ends the connection. */
    async close(): Promise<void> {
        await this.register(0).catch(() => undefined); // it then ends by itself
        this.socket.destroy();
    }

    private exchange(expires: number, proof?: string): Promise<string> {
        const { user, domain, address } = this.phone;
        const contact = `sip:${user}@${address}:${this.socket.localPort};transport=tls`;
        const request = [
            `REGISTER sip:${domain} SIP/2.0`,
            `Via: SIP/2.0/TLS ${address}:${this.socket.localPort};branch=z9hG4bK${randomBytes(8).toString("hex")};rport`,
            "Max-Forwards: 70",
            `From: <sip:${user}@${domain}>;tag=${this.tag}`,
            `To: <sip:${user}@${domain}>`,
            `Call-ID: ${this.callId}`,
            `CSeq: ${++this.sequence} REGISTER`,
            `Contact: <${contact}>`,
            `Expires: ${expires}`,
            ...(proof ? [`Authorization: ${proof}`] : []),
            "Content-Length: 0",
        ];
        return new Promise((resolve, reject) => {
            const fail = (why: string) => reject(new Error(`no answer to REGISTER: ${why}`));
            if (this.closed) return fail("the connection was closed");
            const late = setTimeout(() => fail(`not in ${answerDeadlineMs} ms`), answerDeadlineMs);
            const closed = (): void => {
                clearTimeout(late);
                fail("the connection was closed");
            };
            this.socket.once("close", closed);
            this.answered = (response) => {
                clearTimeout(late);
                this.socket.removeListener("close", closed);
                resolve(response);
            };
            this.socket.write(`${request.join("\r\n")}\r\n\r\n`);
        });
    }

    /** Messages without bodies: what the registrar sends. */
    private take(chunk: string): void {
        this.received += chunk;
        for (let end = this.received.indexOf("\r\n\r\n"); end >= 0; end = this.received.indexOf("\r\n\r\n")) {
            const message = this.received.slice(0, end).trimStart();
            this.received = this.received.slice(end + 4);
            if (message.startsWith("SIP/2.0 ") && !message.startsWith("SIP/2.0 1")) this.answered?.(message);
        }
    }
}
