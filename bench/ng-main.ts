import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { NgClient } from "../clients/rtpengine/ng";

/** Address and port of one side of a call. */
export interface Endpoint {
    address: string;
    port: number;
}

/** First line of standard input. The answer, one line on standard output, has the address that each side must send to. */
export interface SessionsJob {
    rtpengine: Endpoint;
    calls: { a: Endpoint; b: Endpoint }[];
}

const sdp = ({ address, port }: Endpoint): string =>
    `v=0\r\no=- 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 8\r\na=sendrecv\r\n`;

function endpoint(answer: unknown): Endpoint {
    const text = String(answer);
    const address = /^c=IN IP4 ([\d.]+)/m.exec(text)?.[1];
    const port = /^m=audio (\d+)/m.exec(text)?.[1];
    if (!address || !port) throw new Error(`RTPEngine's SDP names no address: ${text}`);
    return { address, port: Number(port) };
}

/** Runs where RTPEngine's control port is reachable: sets up sessions, and ends them when standard input ends. */
async function main(): Promise<void> {
    const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    const { rtpengine, calls } = JSON.parse(String((await lines.next()).value)) as SessionsJob;
    const client = new NgClient(rtpengine.address, rtpengine.port);
    const run = randomBytes(4).toString("hex");
    const ids = calls.map((_, n) => `bench-${run}-${n}`);
    const direction = ["external", "external"];
    try {
        const relays: { a: Endpoint; b: Endpoint }[] = [];
        for (const [n, { a, b }] of calls.entries()) {
            const call = { "call-id": ids[n], "from-tag": "a", ICE: "remove" };
            const offer = await client.request("offer", { ...call, sdp: sdp(a), direction });
            const answer = await client.request("answer", { ...call, "to-tag": "b", sdp: sdp(b), direction });
            relays.push({ a: endpoint(answer.sdp), b: endpoint(offer.sdp) });
        }
        process.stdout.write(`${JSON.stringify(relays)}\n`);
        await lines.next();
    } finally {
        for (const id of ids) await client.request("delete", { "call-id": id }).catch(() => undefined); // not started
        client.close();
    }
}

if (require.main === module) {
    main().catch((error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        process.exitCode = 1;
    });
}
