import type { DockerApi } from "./api";
import { withDocker } from "./session";

/** The text in Docker's stream format: frames of a type byte, three zero bytes, the length, the payload. */
export function unframe(stream: Buffer): string {
    const payloads: Buffer[] = [];
    for (let at = 0; at + 8 <= stream.length;) {
        const end = at + 8 + stream.readUInt32BE(at + 4);
        payloads.push(stream.subarray(at + 8, end));
        at = end;
    }
    return Buffer.concat(payloads).toString("utf8");
}

/** Streams of a container's output. */
export type Streams = readonly ("stdout" | "stderr")[];

const both: Streams = ["stdout", "stderr"];

/** The last output of a container without a terminal, for an error message; empty if it can't be read. */
export async function lastLines(api: DockerApi, id: string, streams = both, lines = 15): Promise<string> {
    const query = { ...Object.fromEntries(streams.map((stream) => [stream, "1"])), tail: String(lines) };
    const answer = await api.call("GET", `/containers/${id}/logs`, { query }).catch(() => undefined);
    return Buffer.isBuffer(answer) ? unframe(answer).trimEnd() : "";
}

/** The end of an error message about a container: its last output, or nothing. */
export const lastWords = (host: string, container: string, streams = both): Promise<string> =>
    withDocker(host, async (api) => {
        const lines = await lastLines(api, container, streams);
        return lines ? `; it printed last:\n${lines}` : "";
    });
