import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { EngineEvent, OpType, StepMetadata } from "../../engine/events";
import type { OperationKind } from "../../engine/operation";
import { readOutputs } from "../../engine/outputs";
import { projectDir } from "../../paths";
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

export interface Engine {
    name: "embedded" | "official";
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

/** Starts the embedded engine, as `./voip` does, and leaves it running. */
export function startEmbedded(
    kind: OperationKind,
    workspace: Workspace,
    targets: string[] = [],
): { child: ChildProcess; outcome: Promise<Outcome> } {
    const main = path.join(projectDir, "engine", "main.ts");
    const target = targets.flatMap((urn) => ["--target", urn]);
    const loader = path.join(projectDir, "process", "typescript.js");
    const argv = ["--require", loader, main, kind, "--stack", workspace.stack, ...target];
    const child = spawn(process.execPath, argv, { cwd: workspace.dir, env: workspace.env });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const end = new Promise<Outcome>((resolve) =>
        child.once("close", (status) => resolve(outcome(status ?? -1, stdout, stderr))),
    );
    return { child, outcome: end };
}

export const embedded: Engine = {
    name: "embedded",
    run: (kind, workspace, targets) => startEmbedded(kind, workspace, targets).outcome,
    async outputs(workspace) {
        Object.assign(process.env, workspace.env);
        return readOutputs(workspace.stack, { showSecrets: true, projectDir: workspace.dir });
    },
};

function pulumi(workspace: Workspace, args: string[]): { status: number; stdout: string; stderr: string } {
    const env = { ...workspace.env, PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_DEBUG_COMMANDS: "true" };
    const all = [...args, "--stack", workspace.stack, "--non-interactive"];
    const { status, stdout, stderr } = spawnSync("pulumi", all, { cwd: workspace.dir, env, encoding: "utf8" });
    return { status: status ?? -1, stdout, stderr };
}

const official: Engine = {
    name: "official",
    async run(kind, workspace, targets = []) {
        pulumi(workspace, ["stack", "select", "--create"]);
        const log = path.join(workspace.root, "events.json");
        fs.rmSync(log, { force: true });
        const yes = kind === "preview" ? [] : ["--yes", "--skip-preview"];
        const target = targets.flatMap((urn) => ["--target", urn]);
        const { status, stdout, stderr } = pulumi(workspace, [kind, ...yes, ...target, "--event-log", log]);
        return outcome(status, fs.existsSync(log) ? fs.readFileSync(log, "utf8") : "", `${stdout}${stderr}`);
    },
    async outputs(workspace) {
        const { stdout } = pulumi(workspace, ["stack", "output", "--json", "--show-secrets"]);
        return JSON.parse(stdout) as Record<string, unknown>;
    },
};

/** The official engine takes part wherever its CLI is on PATH. */
export const officialEngine: Engine | undefined =
    spawnSync("pulumi", ["version"], { encoding: "utf8" }).status === 0 ? official : undefined;

// Every case starts engines, each of which starts two processes.
jest.setTimeout(120_000);

export const engines: Engine[] = [embedded, ...(officialEngine ? [officialEngine] : [])];
