import * as dgram from "node:dgram";
import { answerJob } from "../../process/program";

export interface FloodJob {
    /** Of the proxy. */
    host: string;
    port: number;
    /** Where this comes from. */
    address: string;
    requests: number;
}

const quietMs = 2000;

/** Sends requests in the phones' network as fast as it can. @returns how many were answered until it was quiet */
async function flood({ host, port, address, requests }: FloodJob): Promise<number> {
    const socket = dgram.createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, address, resolve));
    const own = `${address}:${socket.address().port}`;
    let answers = 0;
    let last = Date.now();
    socket.on("message", () => {
        answers += 1;
        last = Date.now();
    });
    for (let number = 1; number <= requests; number += 1) {
        const request = [
            `OPTIONS sip:${host} SIP/2.0`,
            `Via: SIP/2.0/UDP ${own};branch=z9hG4bK-flood-${number};rport`,
            ...["Max-Forwards: 70", "From: <sip:flood@invalid>;tag=flood", `To: <sip:${host}>`],
            ...[`Call-ID: flood-${own}-${number}`, `CSeq: ${number} OPTIONS`, "Content-Length: 0", "", ""],
        ];
        await new Promise<void>((resolve) => socket.send(request.join("\r\n"), port, host, () => resolve()));
    }
    while (Date.now() - last < quietMs) await new Promise((wake) => setTimeout(wake, 100));
    socket.close();
    return answers;
}

void answerJob(flood);
