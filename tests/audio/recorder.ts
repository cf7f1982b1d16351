import { spawn } from "node:child_process";
import { readPcap, type Datagram } from "./pcap";
import { rtpStreams, type RtpStream } from "./rtp";

export interface Recorder {
    /** Ends the recording and returns all RTP streams it holds; may be called again. */
    stop(): Promise<RtpStream[]>;
}

/** Packets in the making. */
export interface Capture {
    /** Ends it and returns what was captured; may be called again. */
    stop(): Promise<Datagram[]>;
}

/**
 * Captures all UDP of a network namespace with tcpdump, from when this returns.
 * @param enter command line that enters the namespace; @param device network device, or "any".
 */
export async function capture(enter: string[], device: string): Promise<Capture> {
    const link = device === "any" ? ["-y", "LINUX_SLL"] : [];
    const argv = [...enter, "tcpdump", "-i", device, ...link, "-U", "-s", "0", "-B", "8192", "-w", "-", "udp"];
    const child = spawn(argv[0], argv.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    let said = "";
    await new Promise<void>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", () => reject(new Error(`tcpdump ended: ${said.trim()}`)));
        child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
            said += chunk;
            if (said.includes("listening on")) resolve();
        });
    });
    const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
    return {
        async stop() {
            child.kill("SIGINT");
            await ended;
            return readPcap(Buffer.concat(chunks));
        },
    };
}

/** The same for RTP. */
export async function record(enter: string[], device: string): Promise<Recorder> {
    const captured = await capture(enter, device);
    return { stop: async () => rtpStreams(await captured.stop()) };
}
