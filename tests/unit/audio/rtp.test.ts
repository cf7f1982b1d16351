import { encodeAlaw } from "../../audio/g711";
import { readPcap } from "../../audio/pcap";
import { rtpStreams } from "../../audio/rtp";
import { secondsOfTone, tone } from "../../audio/tone";

interface Packet {
    sequence: number;
    timestamp: number;
    payload: Buffer;
    payloadType?: number;
    to?: string;
}

function frame({ sequence, timestamp, payload, payloadType = 8, to = "10.0.0.2" }: Packet): Buffer {
    const rtp = Buffer.alloc(12);
    rtp.writeUInt16BE(0x8000 | payloadType, 0);
    rtp.writeUInt16BE(sequence & 0xffff, 2);
    rtp.writeUInt32BE(timestamp >>> 0, 4);
    rtp.writeUInt32BE(0xcafe, 8);
    const udp = Buffer.alloc(8);
    udp.writeUInt16BE(10000, 0);
    udp.writeUInt16BE(6000, 2);
    udp.writeUInt16BE(8 + 12 + payload.length, 4);
    const ip = Buffer.alloc(20);
    ip[0] = 0x45;
    ip[9] = 17;
    ip.set([10, 0, 0, 1], 12);
    ip.set(to.split(".").map(Number), 16);
    const ethernet = Buffer.alloc(14);
    ethernet.writeUInt16BE(0x0800, 12);
    return Buffer.concat([ethernet, ip, udp, rtp, payload]);
}

/** A capture of one packet a second, except where `times` says another time. */
function pcap(frames: Buffer[], times: Record<number, number> = {}): Buffer {
    const header = Buffer.alloc(24);
    header.writeUInt32LE(0xa1b2c3d4, 0);
    header.writeUInt32LE(1, 20);
    const records = frames.map((data, n) => {
        const record = Buffer.alloc(16);
        record.writeUInt32LE(1_000_000 + (times[n] ?? n), 0);
        record.writeUInt32LE(data.length, 8);
        return Buffer.concat([record, data]);
    });
    return Buffer.concat([header, ...records]);
}

/** A second of 440 Hz in packets of 20 ms, whose sequence numbers and timestamps wrap around on the way. */
const second: Packet[] = Array.from({ length: 50 }, (_, n) => ({
    sequence: 0xfff0 + n,
    timestamp: 0xffffff00 + 160 * n,
    payload: encodeAlaw(tone(440, 1).subarray(160 * n, 160 * (n + 1))),
}));

describe("RTP streams of a capture", () => {
    it("counts what is lost in a stream that lasts longer than its sequence numbers", () => {
        const silence = encodeAlaw(tone(0, 0.02).subarray(0, 1));
        const long = Array.from({ length: 0x18000 }, (_, n) => ({ sequence: n, timestamp: 160 * n, payload: silence }));
        const [stream] = rtpStreams(readPcap(pcap(long.filter(({ sequence }) => sequence !== 0x11111).map(frame))));
        expect(stream).toMatchObject({ packets: 0x17fff, lost: 1 });
    });

    it("reassembles the audio, also when packets came out of order", () => {
        const swapped = [second[0], second[2], second[1], ...second.slice(3)];
        const [stream, ...others] = rtpStreams(readPcap(pcap(swapped.map(frame))));
        expect(others).toEqual([]);
        expect(stream).toMatchObject({ source: "10.0.0.1", destinationPort: 6000, packets: 50, lost: 0 });
        expect(secondsOfTone(stream.samples, 440)).toBeCloseTo(1);
    });

    it("counts lost packets and leaves silence in their place", () => {
        const [stream] = rtpStreams(readPcap(pcap(second.filter((_, n) => n < 20 || n > 24).map(frame))));
        expect(stream).toMatchObject({ packets: 45, lost: 5 });
        expect(secondsOfTone(stream.samples, 440)).toBeCloseTo(0.9);
    });

    it("measures how long a stream was, and the longest time without a packet", () => {
        const [stream] = rtpStreams(readPcap(pcap(second.map(frame), { 49: 55 })));
        expect(stream).toMatchObject({ seconds: 55, longestPause: 7 });
    });

    it("tells streams to different phones apart and leaves other payloads out", () => {
        const other = second.map((packet) => ({ ...packet, to: "10.0.0.3" }));
        const events = [{ ...second[0], payloadType: 96 }];
        const streams = rtpStreams(readPcap(pcap([...second, ...other, ...events].map(frame))));
        expect(streams.map(({ destination, packets }) => [destination, packets])).toEqual([
            ["10.0.0.2", 50],
            ["10.0.0.3", 50],
        ]);
    });

    it("reads a capture that is still being written, and refuses other files", () => {
        const file = pcap(second.map(frame));
        expect(readPcap(file.subarray(0, file.length - 1))).toHaveLength(49);
        expect(() => readPcap(Buffer.from("something else entirely"))).toThrow("not a little-endian pcap file");
    });
});
