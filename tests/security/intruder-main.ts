import * as dgram from "node:dgram";
import { answerJob } from "../../process/program";
import { Dialog } from "../sip/dialog";
import { openWire, type PhoneAccess } from "../sip/wire";

export interface IntruderJob extends PhoneAccess {
    /** UDP port of the phone's audio. */
    mediaPort: number;
    offer: string;
    /** Address that the intruder sends audio from. */
    intruder: string;
}

/** Packets of audio that arrived at the phone: its own, which the service sends back, and the intruder's; and any at the intruder. */
export interface IntruderReport {
    own: number;
    foreign: number;
    stolen: number;
}

const ownByte = 0x5a;
const foreignByte = 0x33;
/** Milliseconds of a packet of 160 samples (PCMA, 8 kHz). */
const intervalMs = 20;
const phoneSeconds = 8;
/** RTPEngine looks for three seconds where packets come from (endpoint-learning); the intruder comes then, for three seconds. */
const intruderAfterMs = 4000;
const intruderSeconds = 3;

async function open(address: string, port: number): Promise<dgram.Socket> {
    const socket = dgram.createSocket("udp4");
    await new Promise<void>((bound) => socket.bind(port, address, bound));
    return socket;
}

/** A stream of packets whose audio is one byte over and over (RFC 3550, section 5.1; payload type 8). */
async function send(socket: dgram.Socket, host: string, port: number, byte: number, seconds: number): Promise<void> {
    for (let n = 0; n < (seconds * 1000) / intervalMs; n++) {
        const header = Buffer.alloc(12);
        header.writeUInt16BE(0x8008, 0);
        header.writeUInt16BE(n, 2);
        header.writeUInt32BE(n * 160, 4);
        header.writeUInt32BE(byte, 8);
        socket.send(Buffer.concat([header, Buffer.alloc(160, byte)]), port, host);
        await new Promise((wake) => setTimeout(wake, intervalMs));
    }
}

/** Calls the echo service; a stranger who knows the relay's port sends audio to it. */
async function intrude(job: IntruderJob): Promise<IntruderReport> {
    const report: IntruderReport = { own: 0, foreign: 0, stolen: 0 };
    const wire = await openWire(job);
    const phone = await open(job.address, job.mediaPort);
    const intruder = await open(job.intruder, job.mediaPort);
    phone.on("message", (packet) => {
        const byte = packet.at(-1);
        if (byte === ownByte) report.own++;
        else if (byte === foreignByte) report.foreign++;
    });
    intruder.on("message", () => report.stolen++);
    try {
        const talk = async (answer: string): Promise<void> => {
            const host = /^c=IN IP4 (\S+)/m.exec(answer)![1];
            const port = Number(/^m=audio (\d+)/m.exec(answer)![1]);
            await Promise.all([
                send(phone, host, port, ownByte, phoneSeconds),
                new Promise((wake) => setTimeout(wake, intruderAfterMs)).then(() =>
                    send(intruder, host, port, foreignByte, intruderSeconds),
                ),
            ]);
        };
        await new Dialog(job, wire, { method: "INVITE", to: "*43", body: job.offer }, talk).run();
        return report;
    } finally {
        [phone, intruder].forEach((socket) => socket.close());
        wire.close();
    }
}

void answerJob(intrude);
