/** One UDP datagram over IPv4, as captured. */
export interface Datagram {
    /** Seconds since 1970. */
    time: number;
    source: string;
    destination: string;
    sourcePort: number;
    destinationPort: number;
    payload: Buffer;
}

/** Octets before the IPv4 header, by link type (tcpdump.org/linktypes.html: EN10MB, LINUX_SLL). */
const linkHeader: Record<number, number> = { 1: 14, 113: 16 };
const ipv4 = 0x0800;
const udp = 17;

/**
 * The UDP datagrams of a capture file as tcpdump writes it (pcap 2.4, microseconds, little endian). A record cut off at the
 * end is left out.
 * @throws Error on any other format.
 */
export function readPcap(file: Buffer): Datagram[] {
    if (file.length < 24 || file.readUInt32LE(0) !== 0xa1b2c3d4) throw new Error("not a little-endian pcap file");
    const link = linkHeader[file.readUInt32LE(20)];
    if (link === undefined)
        throw new Error(`pcap link type ${file.readUInt32LE(20)}; known: 1 (EN10MB), 113 (LINUX_SLL)`);
    const datagrams: Datagram[] = [];
    for (let at = 24; at + 16 <= file.length;) {
        const end = at + 16 + file.readUInt32LE(at + 8);
        if (end > file.length) break;
        const time = file.readUInt32LE(at) + file.readUInt32LE(at + 4) / 1e6;
        const datagram = readFrame(file.subarray(at + 16, end), link);
        if (datagram) datagrams.push({ time, ...datagram });
        at = end;
    }
    return datagrams;
}

function readFrame(frame: Buffer, link: number): Omit<Datagram, "time"> | undefined {
    const ip = frame.subarray(link);
    if (frame.readUInt16BE(link - 2) !== ipv4 || ip[9] !== udp) return undefined;
    const body = ip.subarray((ip[0] & 0x0f) * 4);
    return {
        source: ip.subarray(12, 16).join("."),
        destination: ip.subarray(16, 20).join("."),
        sourcePort: body.readUInt16BE(0),
        destinationPort: body.readUInt16BE(2),
        payload: body.subarray(8, body.readUInt16BE(4)),
    };
}
