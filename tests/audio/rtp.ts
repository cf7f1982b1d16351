import { decodeAlaw, sampleRate } from "./g711";
import type { Datagram } from "./pcap";

/** RTP payload type of G.711 A-law (RFC 3551, table 4). */
const pcma = 8;

/** What one phone received from one peer in one RTP stream. */
export interface RtpStream {
    source: string;
    destination: string;
    destinationPort: number;
    ssrc: number;
    packets: number;
    /** Packets missing between the first and the last sequence number. */
    lost: number;
    /** From the first packet to the last, seconds. */
    seconds: number;
    /** When the last packet came, seconds since 1970. */
    lastAt: number;
    /** The longest time between two packets, seconds. */
    longestPause: number;
    /** Sound in the order of the timestamps, silence where packets are missing. */
    samples: Int16Array;
}

/** Groups the A-law packets among `datagrams` into streams (RFC 3550, section 5.1); RTCP and other payloads are left out. */
export function rtpStreams(datagrams: Datagram[]): RtpStream[] {
    const bySource = new Map<string, Datagram[]>();
    for (const datagram of datagrams) {
        const { payload, source, destination, destinationPort } = datagram;
        if (payload.length <= 12 || payload[0] >> 6 !== 2 || (payload[1] & 0x7f) !== pcma) continue;
        const key = [source, destination, destinationPort, payload.readUInt32BE(8)].join(" ");
        const stream = bySource.get(key);
        if (stream) stream.push(datagram);
        else bySource.set(key, [datagram]);
    }
    return [...bySource.values()].map(readStream);
}

function readStream(datagrams: Datagram[]): RtpStream {
    const [first] = datagrams;
    const start = first.payload.readUInt32BE(4);
    // both counters may wrap around in the middle of a stream, the sequence number each 22 minutes
    let number = first.payload.readUInt16BE(2);
    const packets = datagrams.map(({ payload }) => ({
        number: (number += ((payload.readUInt16BE(2) - number + 0x8000) & 0xffff) - 0x8000),
        offset: (payload.readUInt32BE(4) - start) | 0,
        samples: decodeAlaw(payload.subarray(12 + 4 * (payload[0] & 0x0f))),
    }));
    const numbers = new Set(packets.map(({ number }) => number));
    const lastNumber = Math.max(...numbers);
    const audible = packets.filter(({ offset }) => offset >= 0 && offset < 3600 * sampleRate);
    const samples = new Int16Array(Math.max(...audible.map((packet) => packet.offset + packet.samples.length)));
    for (const packet of audible) samples.set(packet.samples, packet.offset);
    return {
        source: first.source,
        destination: first.destination,
        destinationPort: first.destinationPort,
        ssrc: first.payload.readUInt32BE(8),
        packets: packets.length,
        lost: lastNumber - Math.min(...numbers) + 1 - numbers.size,
        seconds: datagrams[datagrams.length - 1].time - first.time,
        lastAt: datagrams[datagrams.length - 1].time,
        longestPause: datagrams.reduce(
            (longest, { time }, n) => Math.max(longest, time - datagrams[Math.max(n - 1, 0)].time),
            0,
        ),
        samples,
    };
}
