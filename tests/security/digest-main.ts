import { createHash } from "node:crypto";
import * as dgram from "node:dgram";
import { answerJob } from "../../process/program";

export interface DigestJob {
    /** Of the proxy. */
    host: string;
    port: number;
    /** Where this comes from. */
    address: string;
    user: string;
    domain: string;
    /** MD5(user:realm:password) that the answer is made of (RFC 2617, section 3.2.2.2). */
    ha1: string;
    /** What is answered in place of the proxy's challenge. */
    nonce?: string;
}

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/** Registers in the phones' network, with an answer made of an HA1. @returns the status of the answer to that */
async function register(job: DigestJob): Promise<number> {
    const { host, port, address, user, domain, ha1 } = job;
    const socket = dgram.createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, address, resolve));
    const uri = `sip:${domain}`;
    const own = `${address}:${socket.address().port}`;
    const send = async (number: number, more: string[]): Promise<string> => {
        const request = [
            `REGISTER ${uri} SIP/2.0`,
            `Via: SIP/2.0/UDP ${own};branch=z9hG4bK-digest-${number};rport`,
            ...["Max-Forwards: 70", `From: <sip:${user}@${domain}>;tag=digest`, `To: <sip:${user}@${domain}>`],
            ...[`Call-ID: digest-${own}`, `CSeq: ${number} REGISTER`, `Contact: <sip:${user}@${own}>`],
            ...["Expires: 60", ...more, "Content-Length: 0", "", ""],
        ];
        const answer = new Promise<string>((resolve, reject) => {
            const late = setTimeout(
                () => reject(new Error(`no answer of ${host}:${port} to request ${number}`)),
                15_000,
            );
            socket.once("message", (message) => {
                clearTimeout(late);
                resolve(message.toString());
            });
        });
        socket.send(request.join("\r\n"), port, host);
        return answer;
    };
    try {
        const nonce = job.nonce ?? /nonce="([^"]+)"/.exec(await send(1, []))?.[1];
        const response = md5(`${ha1}:${nonce}:00000001:abc:auth:${md5(`REGISTER:${uri}`)}`);
        const fields = `username="${user}", realm="${domain}", nonce="${nonce}", uri="${uri}", response="${response}"`;
        const said = await send(2, [
            `Authorization: Digest ${fields}, qop=auth, nc=00000001, cnonce="abc", algorithm=MD5`,
        ]);
        return Number(/^SIP\/2\.0 (\d+)/.exec(said)?.[1]);
    } finally {
        socket.close();
    }
}

void answerJob(register);
