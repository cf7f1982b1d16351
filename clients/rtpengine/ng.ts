import { randomBytes } from "node:crypto";
import * as dgram from "node:dgram";
import { bdecode, bencode, type NgValue } from "./bencode";

/** A client of RTPEngine's ng control protocol over UDP; requests are repeated until answered (RTPEngine recognises repeats). */
export class NgClient {
    private readonly socket = dgram.createSocket("udp4");
    private readonly waiting = new Map<string, (answer: Record<string, NgValue>) => void>();

    constructor(
        private readonly address: string,
        private readonly port: number,
    ) {
        this.socket.on("message", (message) => {
            const [cookie, ...rest] = message.toString("latin1").split(" ");
            this.waiting.get(cookie)?.(bdecode(rest.join(" ")) as Record<string, NgValue>);
        });
    }

    /** @throws Error if RTPEngine refuses, or does not answer within 5 s. */
    request(command: string, args: Record<string, NgValue> = {}): Promise<Record<string, NgValue>> {
        const cookie = randomBytes(8).toString("hex");
        const message = Buffer.from(`${cookie} ${bencode({ command, ...args })}`);
        return new Promise((resolve, reject) => {
            const send = (): void => this.socket.send(message, this.port, this.address);
            const again = setInterval(send, 500);
            const done = (): void => {
                clearInterval(again);
                clearTimeout(late);
                this.waiting.delete(cookie);
            };
            const late = setTimeout(() => {
                done();
                reject(new Error(`RTPEngine at ${this.address}:${this.port} did not answer "${command}" in 5 s`));
            }, 5000);
            this.waiting.set(cookie, (answer) => {
                done();
                if (answer.result === "error")
                    reject(new Error(`RTPEngine: ${JSON.stringify(answer["error-reason"])}`));
                else resolve(answer);
            });
            send();
        });
    }

    close(): void {
        this.socket.close();
    }
}
