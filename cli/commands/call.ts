import * as fs from "node:fs";
import * as path from "node:path";
import type { PlatformOutputs } from "../../contract";
import { enterPhones } from "../../lab/lab";
import { runProgram } from "../../process/program";
import { waitFor } from "../../process/wait";
import type { PhoneAccount, Transport } from "../../phone/account";
import type { CallJob, CallReport, SideReport } from "../../phone/call";
import { newLog } from "../engine/log";
import { platformOutputs } from "../platform/outputs";
import { parseTotals, totalsCommand, type ForwardingCounters } from "../../services/rtpengine/totals";
import { channelsCommand, parseCalls } from "../platform/calls";
import { onVm } from "../platform/vm";
import { Failure, messageOf, type Result } from "../result";

export interface CallOptions {
    stack: string;
    from: string;
    to: string;
    seconds: number;
    /** Default: TLS if the proxy has it, otherwise UDP. */
    transport?: Transport;
    /** Folder for the audio that each phone heard. */
    record?: string;
}

/** Milliseconds after which an unanswered call is given up. */
const answerDeadlineMs = 30_000;

/** The account that an extension registers with, on one of the lab's phone addresses. */
function account(outputs: PlatformOutputs, extension: string, transport: Transport, autoAnswer: boolean): PhoneAccount {
    const extensions = Object.keys(outputs.extensions).sort();
    const address = outputs.lab.phoneAddresses[extensions.indexOf(extension)] as string | undefined;
    const [proxy] = outputs.proxies; // each of them accepts every phone
    const port = proxy.ports[transport];
    if (!extensions.includes(extension)) {
        throw new Failure(`there is no extension ${extension}: there are ${extensions.join(", ")}`, { status: 2 });
    }
    if (!address) throw new Failure(`extension ${extension} has no phone in the lab: see outputs.lab.phoneAddresses`);
    return {
        extension,
        password: outputs.extensions[extension].password,
        domain: outputs.sipDomain,
        address,
        proxy: { address: proxy.external, port, transport },
        srtp: transport === "tls",
        autoAnswer,
    };
}

function recordingFolder(name: string): string {
    const dir = path.resolve(name);
    fs.mkdirSync(dir, { recursive: true });
    return dir;
}

/** The sum of RTPEngine's counters on all media servers, once they have no session of a finished call left. */
async function forwardingCounters(
    stack: string,
    outputs: PlatformOutputs,
    settled: boolean,
): Promise<ForwardingCounters> {
    const read = async (): Promise<ForwardingCounters> => {
        const each = await Promise.all(
            outputs.mediaServers.map(async ({ name, cliPort }) =>
                parseTotals(await onVm(stack, outputs, name, totalsCommand(cliPort))),
            ),
        );
        return each.reduce((a, b) => ({
            kernelPackets: a.kernelPackets + b.kernelPackets,
            userspacePackets: a.userspacePackets + b.userspacePackets,
            sessions: a.sessions + b.sessions,
        }));
    };
    if (!settled) return read();
    let last: ForwardingCounters | undefined;
    const ended = async (): Promise<ForwardingCounters | undefined> => {
        last = await read();
        return last.sessions === 0 ? last : undefined;
    };
    // sessions of other calls may stay up: then the last counters are reported
    return waitFor("RTPEngine to end the call's sessions", ended, { deadlineMs: 5000 }).catch(() => last ?? read());
}

/** The PBX with a call of this extension; asks them until one has it, or until the call is over. */
async function pbxOf(
    stack: string,
    outputs: PlatformOutputs,
    extension: string,
    over: Promise<unknown>,
): Promise<string | undefined> {
    let isOver = false;
    const end = () => (isOver = true);
    over.then(end, end);
    while (!isOver) {
        for (const { name } of outputs.pbxs) {
            const said = await onVm(stack, outputs, name, channelsCommand).catch(() => "");
            if (parseCalls(said).some(({ from }) => from === extension)) return name;
        }
        await new Promise((wake) => setTimeout(wake, 200));
    }
    return undefined;
}

/**
 * Names of the hosts that a call passed, in order: those whose addresses the phones saw, and the PBX, which no phone sees, after the
 * caller's proxy and media relay.
 */
function hostNames(outputs: PlatformOutputs, addresses: string[], pbx?: string): string[] {
    const names = new Map(
        Object.entries(outputs.vms).flatMap(
            ([
                name,
                {
                    addresses: { eth0, eth1 },
                },
            ]) => [eth0, eth1].map((address): [string | undefined, string] => [address, name]),
        ),
    );
    const seen = addresses.map((address) => names.get(address) ?? address);
    return pbx ? [...seen.slice(0, 2), pbx, ...seen.slice(2)] : seen;
}

const side = (report: SideReport | undefined): Omit<SideReport, "heardHz"> | undefined => {
    if (!report) return undefined;
    const { sent, received, lost, jitterMs, mos } = report;
    return { sent, received, lost, jitterMs, mos };
};

/** Makes a real test call. @throws Failure if it is not answered, or if audio does not arrive on both sides. */
export async function call(options: CallOptions): Promise<Result> {
    const { stack, from, to, seconds } = options;
    const outputs = await platformOutputs(stack, true);
    const transport = options.transport ?? "tls";
    if (!outputs.lab.enabled) throw new Failure("test calls are made by the phones of a lab; this stack has none");
    const callee = to in outputs.extensions ? account(outputs, to, transport, true) : undefined;
    const job: CallJob = {
        caller: account(outputs, from, transport, false),
        callee,
        number: to,
        seconds,
        answerDeadlineMs,
        ca: outputs.ca,
        ...(options.record ? { recordings: recordingFolder(options.record) } : {}),
    };
    const before = await forwardingCounters(stack, outputs, false).catch((error: unknown) => {
        throw new Failure(`stack ${stack}: RTPEngine's counters can't be read: ${messageOf(error)}`);
    });
    const made = runProgram<CallReport>("phone/main.ts", job, (argv) => enterPhones(stack, argv));
    const [report, pbx] = await Promise.all([made, pbxOf(stack, outputs, from, made)]);
    const log = newLog(`${stack}-call`, "log");
    fs.writeFileSync(log, report.log);
    const after = await forwardingCounters(stack, outputs, report.answered);

    const { a, b } = report.rtp;
    const facts = {
        answered: report.answered,
        transport: report.transport ?? transport,
        srtp: report.srtp,
        codec: report.codec,
        setupMs: report.setupMs,
        seconds: report.seconds,
        rtp: { a: side(a), b: side(b) },
        heardHz: { a: a?.heardHz ?? null, ...(callee ? { b: b?.heardHz ?? null } : {}) },
        forwarding: {
            kernelPackets: after.kernelPackets - before.kernelPackets,
            userspacePackets: after.userspacePackets - before.userspacePackets,
        },
        path: hostNames(outputs, report.addresses, pbx),
        ...(report.reason ? { reason: report.reason } : {}),
    };
    const failure = verdict(job, report);
    if (failure) throw new Failure(`call from ${from} to ${to}: ${failure}`, { facts, log });
    return { facts, text: callText(options, facts) };
}

/** The fault of a call; undefined if it was answered and each phone heard the other. */
/** The share of packets without which nobody follows what is said, whatever a phone conceals. */
const worstLoss = 0.1;

function lossOf(who: string, side: SideReport | undefined): string | undefined {
    if (!side || side.lost <= worstLoss * (side.received + side.lost)) return undefined;
    const share = Math.round((100 * side.lost) / (side.received + side.lost));
    return `the ${who} received ${side.received} of ${side.received + side.lost} packets, ${share} % were lost`;
}

function verdict({ callee }: CallJob, { answered, reason, rtp: { a, b } }: CallReport): string | undefined {
    if (!answered) return `not answered: ${reason ?? "no reason was given"}`;
    if (!a?.received) return "nothing was heard by the caller";
    if (callee && !b?.received) return "nothing was heard by the callee";
    if (callee && (a.heardHz !== 880 || b?.heardHz !== 440)) {
        return `the tones did not arrive: the caller heard ${a.heardHz ?? "none"}, the callee ${b?.heardHz ?? "none"}`;
    }
    return lossOf("caller", a) ?? lossOf("callee", b) ?? reason;
}

function callText({ from, to }: CallOptions, facts: CallFacts): string {
    const line = (name: string, report: Omit<SideReport, "heardHz"> | undefined): string[] =>
        report
            ? [
                  `  ${name}: sent ${report.sent}, received ${report.received}, lost ${report.lost}, ` +
                      `jitter ${report.jitterMs ?? "?"} ms, MOS ${report.mos ?? "?"}`,
              ]
            : [];
    const { kernelPackets, userspacePackets } = facts.forwarding;
    return [
        `${from} -> ${to}: answered in ${facts.setupMs} ms, ${facts.seconds} s over ${facts.transport}, ` +
            `${facts.srtp ? "SRTP" : "RTP"} ${facts.codec ?? ""}`,
        ...line(from, facts.rtp.a),
        ...line(to, facts.rtp.b),
        `  forwarded: ${kernelPackets} packets by the kernel, ${userspacePackets} in userspace`,
        `  path: ${facts.path.join(" -> ")}`,
    ].join("\n");
}

interface CallFacts {
    setupMs?: number;
    seconds: number;
    transport: string;
    srtp: boolean;
    codec?: string;
    rtp: { a?: Omit<SideReport, "heardHz">; b?: Omit<SideReport, "heardHz"> };
    forwarding: { kernelPackets: number; userspacePackets: number };
    path: string[];
}
