import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { shellWord, ssh, type SshTarget } from "../../clients/ssh";
import { CommandError } from "../../process/run";

export const protocols = ["sip", "ng"] as const;

export interface ServiceDefinition extends SshTarget {
    /** Its name, for people. */
    service: string;
    /** How to probe it: SIP OPTIONS (RFC 3261, section 11), or a ping of RTPEngine's ng protocol. */
    protocol: (typeof protocols)[number];
    /** Where it listens, as seen on the VM; UDP. */
    address: string;
    port: number;
    /** User part of the address in SIP OPTIONS; if empty, the service itself. */
    user: string;
    /** Shell command that starts it, run as root if it does not answer; if empty, something else starts it. */
    start: string;
    /** Seconds until a service that does not answer counts as failed. */
    deadlineSeconds: number;
}

export interface Probe {
    request: string;
    /** The start of the answer. */
    expected: string;
}

/** The request of a protocol. OPTIONS gets 200 only for an address that would accept a call. */
export function probeOf({
    protocol,
    address,
    port,
    user,
}: Pick<ServiceDefinition, "protocol" | "address" | "port" | "user">): Probe {
    const id = randomBytes(8).toString("hex");
    if (protocol === "ng") return { request: `${id} d7:command4:pinge`, expected: `${id} d6:result4:ponge` };
    const uri = `sip:${user && `${user}@`}${address}:${port}`;
    const lines = [
        `OPTIONS ${uri} SIP/2.0`,
        `Via: SIP/2.0/UDP ${address}:9;branch=z9hG4bK${id};rport`,
        "Max-Forwards: 5",
        `From: <sip:probe@${address}>;tag=${id}`,
        `To: <${uri}>`,
        `Call-ID: ${id}`,
        "CSeq: 1 OPTIONS",
        `Contact: <sip:probe@${address}:9>`,
        "Accept: application/sdp",
        "Content-Length: 0",
    ];
    return { request: `${lines.join("\r\n")}\r\n\r\n`, expected: "SIP/2.0 200" };
}

const script = () => fs.readFileSync(path.join(__dirname, "answers.sh"), "utf8");

function command(definition: ServiceDefinition, deadlineSeconds: number, start: string): string {
    const { request, expected } = probeOf(definition);
    const encoded = Buffer.from(request).toString("base64");
    const args = [definition.address, String(definition.port), String(deadlineSeconds), expected, encoded, start];
    return `sudo bash -s -- ${args.map(shellWord).join(" ")}`;
}

/**
 * Starts the service if it does not answer, and waits until it does; one round trip.
 * @throws Error with the service, its VM and what was last seen
 */
export async function startService(definition: ServiceDefinition): Promise<void> {
    const { service, host, address, port, deadlineSeconds, start } = definition;
    const timeoutMs = (deadlineSeconds + 60) * 1000;
    try {
        await ssh(definition, command(definition, deadlineSeconds, start), { input: script(), timeoutMs });
    } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        const said = error.result.stderr.trim() || error.message;
        const where = `${service} on ${host} does not answer at ${address}:${port} after ${deadlineSeconds} s`;
        throw new Error(`${where}; last seen: ${said}`, { cause: error });
    }
}

export type ServiceState = "answering" | "not answering" | "host not reached";

/** Seconds that a running service may take to answer on a busy VM. */
const patienceSeconds = 10;

/** Probes without starting anything; one round trip. */
export async function serviceState(definition: ServiceDefinition): Promise<ServiceState> {
    const options = { input: script(), okStatus: [0, 1, 255], timeoutMs: 60_000 };
    const patience = Math.min(patienceSeconds, definition.deadlineSeconds);
    const { status, stderr } = await ssh(definition, command(definition, patience, ""), options);
    if (status === 255) console.error(`${definition.host} can't be reached: ${stderr.trim()}`);
    return status === 0 ? "answering" : status === 1 ? "not answering" : "host not reached";
}
