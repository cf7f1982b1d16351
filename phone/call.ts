import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { waitFor } from "../process/wait";
import type { PhoneAccount } from "./account";
import { checkCertificate } from "./certificate";
import { Phone } from "./phone";
import { meanOpinionScore } from "./quality";
import type { StreamCounters } from "./stream";
import { heardTone } from "./tone";
import { callEvidence, refusal, type TracedMessage } from "./trace";

/** The tones that caller and callee send, hertz. */
export const tones = { a: 440, b: 880 };

/** Packets per second of G.711 at 20 ms. */
const packetRate = 50;

export interface CallJob {
    caller: PhoneAccount;
    /** The phone that answers; absent when a service number such as `*43` is called. */
    callee?: PhoneAccount;
    /** What the caller dials: an extension or service number. */
    number: string;
    /** How long both talk. */
    seconds: number;
    /** Milliseconds until an unanswered call is abandoned. */
    answerDeadlineMs: number;
    /** CA certificates (PEM) to check the proxy's against, if the phones use TLS. */
    ca: string;
    /** Existing folder for the audio that each phone heard, as EXTENSION.wav. */
    recordings?: string;
}

/** One side of a call: what it sent and what it heard. */
export interface SideReport {
    sent: number;
    received: number;
    /** Packets of the other side that did not arrive. */
    lost: number;
    /** RFC 3550 interarrival jitter, as measured by this phone; null if no RTCP report came. */
    jitterMs: number | null;
    /** ITU-T G.107, see quality.ts; null if nothing was received. */
    mos: number | null;
    /** Frequency of the tone that was heard; null: no known tone. */
    heardHz: number | null;
}

export interface CallReport {
    answered: boolean;
    /** Why the call was not answered, or ended early. */
    reason?: string;
    transport?: "udp" | "tcp" | "tls";
    srtp: boolean;
    codec?: string;
    /** INVITE to 200 OK, milliseconds, including a digest challenge. */
    setupMs?: number;
    /** From the answer to the hang-up. */
    seconds: number;
    rtp: { a?: SideReport; b?: SideReport };
    /** Addresses in the order in which the call passed them, see trace.ts. */
    addresses: string[];
    log: string;
}

interface Line {
    phone: Phone;
    counters?: StreamCounters;
}

const ended = (line: Line): boolean => line.phone.control.last("CALL_CLOSED") !== undefined;

/** Reads both sides' counters; a side whose call is over keeps its last ones. */
async function count(lines: Line[]): Promise<void> {
    for (const line of lines) {
        if (ended(line)) continue;
        const counters = await line.phone.counters().catch(() => undefined);
        if (counters && counters.sent + counters.received > 0) line.counters = counters;
    }
}

/** Lets both phones send once both ends are up: audio before the answer is lost in any network. */
async function begin(lines: Line[]): Promise<void> {
    const up = ({ phone }: Line): boolean => phone.control.last("CALL_ESTABLISHED") !== undefined;
    await waitFor("both ends to be up", () => lines.every((line) => up(line) || ended(line)) || undefined, {
        deadlineMs: 5000,
        intervalMs: 5,
    });
    await Promise.all(lines.map(({ phone }) => phone.speak()));
}

async function talk(lines: Line[], seconds: number): Promise<void> {
    const enough = seconds * packetRate;
    await waitFor(
        `${seconds} s of speech`,
        async () => {
            await count(lines);
            if (lines.some(ended)) return "over";
            return lines.every(({ counters }) => (counters?.sent ?? 0) >= enough) ? "said" : undefined;
        },
        { deadlineMs: (seconds + 5) * 1000, intervalMs: 50 },
    );
}

/** Stops both senders and waits until packets in flight have arrived, so that the hang-up loses none. */
async function drain(lines: Line[]): Promise<void> {
    for (const { phone } of lines) await phone.silence();
    const received = (): string => lines.map(({ counters }) => counters?.received).join();
    let unchanged = 0;
    await waitFor(
        "the last RTP packets",
        async () => {
            const before = received();
            await count(lines);
            unchanged = before === received() ? unchanged + 1 : 0;
            return unchanged >= 4 || lines.some(ended) ? true : undefined;
        },
        { deadlineMs: 2000, intervalMs: 30 },
    ).catch(() => undefined); // a service that keeps talking never falls silent
}

/** A phone knows its jitter after an RTCP report, which is sent every 5 s. */
const rtcpReport = (line: Line): { jitterMs: number; roundTripMs: number } | undefined => {
    const known = line.phone.control.events.flatMap(({ rtcp_stats }) => rtcp_stats ?? []);
    const report = known.filter(({ rx }) => rx.sent > 0 || rx.jit > 0).at(-1); // the first ones can be empty
    return report && { jitterMs: report.rx.jit / 1000, roundTripMs: report.rtt / 1000 };
};

async function reports(lines: Line[], answeredAt: number): Promise<void> {
    await waitFor("RTCP reports", () => (lines.every((line) => ended(line) || rtcpReport(line)) ? true : undefined), {
        deadlineMs: Math.max(0, answeredAt + 6000 - performance.now()),
        intervalMs: 20,
    }).catch(() => undefined);
}

function side(own: Line, other: Line | undefined, heard: Int16Array): SideReport | undefined {
    if (!own.counters) return undefined;
    const { sent, received } = own.counters;
    // a service number answers as long as the caller sends: it should have sent as many packets as the caller
    const expected = other?.counters?.sent ?? received;
    const lost = Math.max(0, expected - received);
    const report = rtcpReport(own);
    const mos =
        received === 0
            ? null
            : meanOpinionScore({
                  lossRatio: expected > 0 ? lost / expected : 0,
                  jitterMs: report?.jitterMs ?? 0,
                  networkDelayMs: (report?.roundTripMs ?? 0) / 2,
              });
    const heardHz = heardTone(heard, [tones.a, tones.b]) ?? null;
    return { sent, received, lost, jitterMs: report?.jitterMs ?? null, mos, heardHz };
}

async function converse(job: CallJob, lines: Line[]): Promise<Pick<CallReport, "answered" | "setupMs" | "seconds">> {
    const control = lines[0].phone.control;
    const start = performance.now();
    await control.command("dial", `sip:${job.number}@${job.caller.domain}`);
    const outcome = await waitFor(`${job.number} to answer`, () => control.last("CALL_ESTABLISHED", "CALL_CLOSED"), {
        deadlineMs: job.answerDeadlineMs,
        intervalMs: 5,
    });
    if (outcome.type === "CALL_CLOSED") return { answered: false, seconds: 0 };
    await begin(lines);
    await talk(lines, job.seconds);
    if (!lines.some(ended)) {
        await drain(lines);
        await reports(lines, outcome.at);
        await control.command("hangup");
        await waitFor("the hang-up to arrive", () => lines.every(ended) || undefined, {
            deadlineMs: 5000,
            intervalMs: 10,
        });
    }
    const over = control.last("CALL_CLOSED")?.at ?? performance.now();
    return {
        answered: true,
        setupMs: Math.round(outcome.at - start),
        seconds: Math.round(over - outcome.at) / 1000,
    };
}

/**
 * Registers the phones, makes a call and hangs up. Also returns a report if the call is refused or not answered.
 * @throws Error if a phone does not start or register.
 */
export async function placeCall(job: CallJob): Promise<CallReport> {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-call-"));
    fs.chmodSync(dir, 0o711); // each phone runs as a separate user and has a folder that only it can read
    const remove = (): void => fs.rmSync(dir, { recursive: true, force: true });
    process.once("exit", remove);
    const lines: Line[] = [];
    let conversation: Pick<CallReport, "answered" | "setupMs" | "seconds"> = { answered: false, seconds: 0 };
    let reason: string | undefined;
    const stopped: { trace: TracedMessage[]; heard: Int16Array; log: string }[] = [];
    try {
        try {
            const speech = job.seconds + 5;
            const { address, port, transport } = job.caller.proxy;
            if (transport === "tls") await checkCertificate(address, port, job.ca);
            lines.push({ phone: await Phone.start(job.caller, path.join(dir, "a"), tones.a, speech) });
            if (job.callee) lines.push({ phone: await Phone.start(job.callee, path.join(dir, "b"), tones.b, speech) });
            await Promise.all(lines.map(({ phone }) => phone.register()));
            conversation = await converse(job, lines);
        } catch (error) {
            reason = error instanceof Error ? error.message : String(error);
        } finally {
            for (const { phone } of lines) stopped.push(await phone.stop(job.recordings));
        }
    } finally {
        remove();
        process.removeListener("exit", remove);
    }
    const [caller, callee] = stopped;
    const evidence = callEvidence(caller?.trace ?? [], callee?.trace);
    return {
        ...conversation,
        reason: conversation.answered ? reason : (refusal(caller?.trace ?? []) ?? reason),
        transport: evidence.transport,
        srtp: lines.length > 0 && lines.every(({ counters }) => counters?.secure === true),
        codec: lines[0]?.counters?.codec,
        rtp: {
            a: lines[0] && side(lines[0], lines[1], caller.heard),
            b: lines[1] && side(lines[1], lines[0], callee.heard),
        },
        addresses: evidence.addresses,
        log: stopped.map(({ log }, i) => `===== phone ${lines[i].phone.account.extension} =====\n${log}`).join("\n"),
    };
}
