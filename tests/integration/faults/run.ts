import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import type { EngineEvent } from "../../../engine/events";
import { waitFor } from "../../../process/wait";

/** What a run of the engine came to. */
export interface Outcome {
    /** 137 when the engine was killed. */
    status: number;
    /** How many steps of each kind. */
    changes: Record<string, number>;
    errors: string[];
    /** All that was said: diagnostics and standard error. */
    said: string;
    /** The fault points passed. */
    points: string[];
}

export interface Running {
    child: ChildProcess;
    outcome: Promise<Outcome>;
}

const linesOf = (text: string): string[] => text.split("\n").filter(Boolean);

/** The fault points passed, without what is another in each run. */
const pointsIn = (log: string): string[] => linesOf(fs.readFileSync(log, "utf8").replace(/-\d{19}\./g, "-TIME."));

function firstChild(pid: number): number | undefined {
    const [child] = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
    return child ? Number(child) : undefined;
}

/**
 * In a PID namespace of its own, as in a lab, the engine can't kill itself: it stands still at its fault point. The process
 * that was started is unshare(1), the engine its only child.
 */
async function killFromOutside(child: ChildProcess, log: string, faultPoint: number): Promise<void> {
    await waitFor(
        `the engine to come to fault point ${faultPoint}`,
        () => child.exitCode !== null || child.signalCode !== null || pointsIn(log).length >= faultPoint || undefined,
        { deadlineMs: 120_000, intervalMs: 10 },
    );
    const engine = child.exitCode === null && child.signalCode === null ? firstChild(child.pid!) : undefined;
    if (engine) process.kill(engine, "SIGKILL");
}

/** @param faultPoint the fault point, from 1, at which the engine is killed */
export function startRun(
    argv: string[],
    options: { cwd: string; env: NodeJS.ProcessEnv; log: string; faultPoint?: number },
): Running {
    const { cwd, env, log, faultPoint } = options;
    fs.writeFileSync(log, "");
    const faults = { VOIP_FAULT_LOG: log, ...(faultPoint ? { VOIP_FAULT_POINT: String(faultPoint) } : {}) };
    const child = spawn(argv[0], argv.slice(1), { cwd, env: { ...process.env, ...env, ...faults } });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
    const killed = faultPoint && argv[0] !== process.execPath ? killFromOutside(child, log, faultPoint) : undefined;

    const outcome = async (): Promise<Outcome> => {
        const status = await closed;
        await killed;
        // What a killed engine wrote last may be the beginning of a line.
        const events = linesOf(stdout)
            .filter((line) => line.endsWith("}"))
            .map((line) => JSON.parse(line) as EngineEvent);
        const said = events.flatMap(({ diagnosticEvent }) => (diagnosticEvent ? [diagnosticEvent] : []));
        return {
            status: killed ? 137 : (status ?? 137),
            changes: events.find(({ summaryEvent }) => summaryEvent)?.summaryEvent?.resourceChanges ?? {},
            errors: said.filter(({ severity }) => severity === "error").map(({ message }) => message),
            said: `${said.map(({ message }) => message).join("\n")}\n${stderr}`,
            points: pointsIn(log),
        };
    };
    return { child, outcome: outcome() };
}
