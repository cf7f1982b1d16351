import * as dgram from "node:dgram";
import { randomBytes } from "node:crypto";

export type NgValue = string | number | NgValue[] | { [key: string]: NgValue };

/** Bencoding, as RTPEngine's ng control protocol uses it (docs/ng_control_protocol.md of rtpengine). */
export function bencode(value: NgValue): string {
    if (typeof value === "number") return `i${value}e`;
    if (typeof value === "string") return `${Buffer.byteLength(value)}:${value}`;
    if (Array.isArray(value)) return `l${value.map(bencode).join("")}e`;
    return `d${Object.entries(value)
        .map(([key, entry]) => bencode(key) + bencode(entry))
        .join("")}e`;
}

/** @throws Error when the text is not one bencoded value. */
export function bdecode(text: string): NgValue {
    let at = 0;
    const until = (mark: string): string => {
        const end = text.indexOf(mark, at);
        if (end < 0) throw new Error(`not bencoded at ${at}: ${text.slice(at, at + 40)}`);
        const part = text.slice(at, end);
        at = end + 1;
        return part;
    };
    const take = (): NgValue => {
        switch (text[at]) {
            case "i":
                at++;
                return Number(until("e"));
            case "l": {
                const list: NgValue[] = [];
                for (at++; text[at] !== "e";) list.push(take());
                at++;
                return list;
            }
            case "d": {
                const entries: [string, NgValue][] = [];
                for (at++; text[at] !== "e";) {
                    const key = take();
                    if (typeof key !== "string") throw new Error(`not bencoded, a key must be text: ${text}`);
                    entries.push([key, take()]);
                }
                at++;
                return Object.fromEntries(entries); // an assignment would take the key __proto__ for the prototype
            }
            default: {
                const length = Number(until(":"));
                const part = text.slice(at, at + length);
                if (!Number.isInteger(length) || part.length < length) throw new Error(`not bencoded: ${text}`);
                at += length;
                return part;
            }
        }
    };
    return take();
}

/** A client of RTPEngine's ng control protocol over UDP; requests are repeated until answered (RTPEngine tells repeats). */
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

    /** @throws Error when RTPEngine refuses, or does not answer in 5 s. */
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
