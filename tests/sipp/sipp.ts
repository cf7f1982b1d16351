import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { encodeAlaw } from "../audio/g711";
import { tone } from "../audio/tone";
import { realErrors, unfinishedCall } from "./messages";

/** One run of sipp with one of the scenarios beside this file. */
export interface SippOptions {
    /** File name without ".xml", in `scenarioDir`. */
    scenario: string;
    /** The folder `scenarios` beside this file by default. */
    scenarioDir?: string;
    /** Command line that enters the namespace of the phones. */
    enter: string[];
    user: string;
    domain: string;
    /** Address of this phone; SIP on `port`, RTP on `mediaPort`. */
    address: string;
    port: number;
    mediaPort: number;
    /** host:port that requests go to. A callee (UAS) has none. */
    remote?: string;
    /** The called number; callers only. */
    callee?: string;
    password?: string;
    /** What this phone says, in hertz; 440 by default. */
    tone?: number;
    /** Milliseconds of the scenario's own pause. */
    talkMs?: number;
    /** Values of other [keywords] of the scenario. */
    keys?: Record<string, string>;
    /** Calls until sipp ends; 1 by default. */
    calls?: number;
    /** Calls at the same time, and new ones a second. */
    concurrent?: number;
    perSecond?: number;
    /** Seconds until sipp gives up, which fails the run; 60 by default. */
    timeoutSeconds?: number;
}

export interface SippRun {
    /** Resolves when every call went as the scenario says, else rejects with what sipp and the last messages say. */
    done: Promise<SippResult>;
    /** Starts no more calls; `done` settles when those that are up have ended. */
    finish(): void;
    /** Ends sipp at once; `done` then rejects. */
    stop(): void;
}

export interface SippResult {
    /** Status of the last response that this phone received. */
    status?: number;
    /** All SIP messages, sent and received. */
    messages: string;
    /** Seconds from INVITE to 200 of each call, where the scenario takes them. */
    setupSeconds: number[];
}

export const scenarioDir = path.join(__dirname, "scenarios");

/** For the calls that are open when no more are to be made. */
const finishDeadlineMs = 60_000;

/** Starts sipp in a directory of its own, which is removed at its end. */
export function startSipp(options: SippOptions): SippRun {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-sipp-"));
    fs.writeFileSync(path.join(dir, "send.alaw"), encodeAlaw(tone(options.tone ?? 440, 1)));
    const argv = [...options.enter, "sipp", ...sippArguments(options)];
    const child = spawn(argv[0], argv.slice(1), { cwd: dir, stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));

    const done = new Promise<SippResult>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (status, signal) => {
            const result = readResult(dir);
            if (status === 0) resolve(result);
            else reject(new Error(failure(options, signal ?? `exit status ${status}`, dir, result.messages, stderr)));
        });
    });
    const removed = done.finally(() => fs.rmSync(dir, { recursive: true }));
    removed.catch(() => undefined); // a test may look at `done` only after the other phone's end
    const stop = () => child.kill("SIGKILL");
    const finish = () => {
        child.kill("SIGUSR1");
        const late = setTimeout(stop, finishDeadlineMs); // a call that gets no answer any more would be waited for
        child.once("close", () => clearTimeout(late));
    };
    return { done: removed, finish, stop };
}

/** Runs sipp to its end. */
export function sipp(options: SippOptions): Promise<SippResult> {
    return startSipp(options).done;
}

function sippArguments(options: SippOptions): string[] {
    const keys = { user: options.user, domain: options.domain, ...options.keys };
    const calls = options.calls ?? 1;
    return [
        ...(options.remote ? [options.remote] : []),
        ...["-sf", path.join(options.scenarioDir ?? scenarioDir, `${options.scenario}.xml`)],
        ...["-i", options.address, "-p", String(options.port)],
        ...["-mi", options.address, "-mp", String(options.mediaPort)],
        ...Object.entries(keys).flatMap(([key, value]) => ["-key", key, value]),
        ...(options.callee ? ["-s", options.callee] : []),
        ...(options.password ? ["-au", options.user, "-ap", options.password] : []),
        ...["-auth_uri", [options.callee, options.domain].filter(Boolean).join("@")],
        ...["-m", String(calls), "-l", String(options.concurrent ?? calls), "-r", String(options.perSecond ?? 1)],
        ...(options.talkMs === undefined ? [] : ["-d", String(options.talkMs)]),
        ...["-timeout", String(options.timeoutSeconds ?? 60), "-timeout_error", "-nostdin", "-aa"],
        ...["-trace_msg", "-message_file", "messages.log", "-trace_err", "-error_file", "errors.log"],
        ...["-trace_rtt", "-rtt_freq", "1"],
    ];
}

function readResult(dir: string): SippResult {
    const messages = readIfThere(path.join(dir, "messages.log"));
    const statuses = [...messages.matchAll(/message received \[\d+\] bytes :\s+SIP\/2\.0 (\d+)/g)];
    const rtt = fs.readdirSync(dir).find((name) => name.endsWith("_rtt.csv"));
    const rows = rtt ? fs.readFileSync(path.join(dir, rtt), "utf8").trim().split("\n").slice(1) : [];
    return {
        status: statuses.length ? Number(statuses[statuses.length - 1][1]) : undefined,
        messages,
        setupSeconds: rows.filter((row) => row.endsWith(";setup")).map((row) => Number(row.split(";")[1]) / 1000),
    };
}

function readIfThere(file: string): string {
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
}

function failure(options: SippOptions, reason: string, dir: string, messages: string, stderr: string): string {
    const errors = realErrors(readIfThere(path.join(dir, "errors.log"))) || stderr.trim();
    return [
        `sipp ${options.scenario} as ${options.user}: ${reason}`,
        ...["first call that has not ended:", unfinishedCall(messages)?.slice(-4000) ?? "none"],
        ...["errors:", errors.slice(0, 3000)],
    ].join("\n");
}
