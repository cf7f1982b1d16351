import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { findPulumi } from "../../cli/engine/choice";
import type { EngineEvent, OpType, StepMetadata } from "../../engine/events";
import type { OperationKind } from "../../engine/request";
import { readOutputs } from "../../engine/outputs";
import { nodeArgv } from "../../process/node";
import type { Workspace } from "./workspace";

/** What an operation came to. */
export interface Outcome {
    status: number;
    changes: Partial<Record<OpType, number>>;
    errors: string[];
    /** Steps that were completed, `op name`. */
    steps: string[];
    events: EngineEvent[];
    stderr: string;
}

export interface Running {
    child: ChildProcess;
    outcome: Promise<Outcome>;
}

export interface Engine {
    name: "embedded" | "official";
    start(kind: OperationKind, workspace: Workspace, targets?: string[]): Running;
    run(kind: OperationKind, workspace: Workspace, targets?: string[]): Promise<Outcome>;
    outputs(workspace: Workspace): Promise<Record<string, unknown>>;
}

function outcome(status: number, text: string, stderr: string): Outcome {
    const events = text
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as EngineEvent);
    const done = (metadata: StepMetadata): string => `${metadata.op} ${metadata.urn.split("::").at(-1)}`;
    return {
        status,
        stderr,
        events,
        changes: events.find((event) => event.summaryEvent)?.summaryEvent?.resourceChanges ?? {},
        errors: events.flatMap(({ diagnosticEvent: said }) => (said?.severity === "error" ? [said.message] : [])),
        steps: events.flatMap(({ resOutputsEvent: event }) => (event ? [done(event.metadata)] : [])),
    };
}

function follow(argv: string[], workspace: Workspace, eventsOf: (stdout: string) => string): Running {
    const child = spawn(argv[0], argv.slice(1), { cwd: workspace.dir, env: workspace.env });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const end = new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
    });
    return { child, outcome: end.then((status) => outcome(status ?? -1, eventsOf(stdout), stderr)) };
}

/** Starts the embedded engine, as `./voip` does, and leaves it running. */
export function startEmbedded(kind: OperationKind, workspace: Workspace, targets: string[] = []): Running {
    const target = targets.flatMap((urn) => ["--target", urn]);
    const argv = [...nodeArgv("engine/main.ts"), kind, "--stack", workspace.stack, ...target];
    return follow(argv, workspace, (stdout) => stdout);
}

export const embedded: Engine = {
    name: "embedded",
    start: startEmbedded,
    run: (kind, workspace, targets) => startEmbedded(kind, workspace, targets).outcome,
    async outputs(workspace) {
        Object.assign(process.env, workspace.env);
        return readOutputs(workspace.stack, { showSecrets: true, projectDir: workspace.dir });
    },
};

export const cli = findPulumi();

export interface Said {
    status: number;
    stdout: string;
    stderr: string;
}

/** Runs a command of the official CLI on the workspace's stack. */
export function pulumi(workspace: Workspace, args: string[]): Said {
    const options = { cwd: workspace.dir, env: workspace.env, encoding: "utf8" } as const;
    const { status, stdout, stderr } = spawnSync(cli!, [...args, "--non-interactive"], options);
    return { status: status ?? -1, stdout, stderr };
}

/** The CLI runs operations only on stacks that are in the backend. */
function makeStack(workspace: Workspace): void {
    if (!fs.existsSync(workspace.checkpointFile)) pulumi(workspace, ["stack", "init", workspace.stack, "--no-select"]);
}

const official: Engine = {
    name: "official",
    start(kind, workspace, targets = []) {
        makeStack(workspace);
        const log = path.join(workspace.root, "events.json");
        fs.rmSync(log, { force: true });
        const yes = kind === "preview" ? [] : ["--yes", "--skip-preview"];
        const target = targets.flatMap((urn) => ["--target", urn]);
        const argv = [cli!, kind, ...yes, ...target, "--event-log", log, "--stack", workspace.stack];
        const events = (): string => (fs.existsSync(log) ? fs.readFileSync(log, "utf8") : "");
        return follow([...argv, "--non-interactive"], workspace, events);
    },
    run: (kind, workspace, targets) => official.start(kind, workspace, targets).outcome,
    async outputs(workspace) {
        const { stdout } = pulumi(workspace, ["stack", "output", "--json", "--show-secrets", "-s", workspace.stack]);
        return JSON.parse(stdout) as Record<string, unknown>;
    },
};

/** The official engine takes part wherever its CLI is found, as `./voip` finds it. */
export const officialEngine: Engine | undefined = cli ? official : undefined;

export const officialVersion = cli
    ? spawnSync(cli, ["version"], { encoding: "utf8", env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" } })
          .stdout
    : "";

// Every case starts engines, each of which starts two processes.
jest.setTimeout(300_000);

export const engines: Engine[] = [embedded, ...(officialEngine ? [officialEngine] : [])];
