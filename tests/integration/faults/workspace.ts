import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import type { EngineEvent } from "../../../engine/events";
import { projectDir } from "../../../paths";
import { loader, nodeArgv } from "../../../process/node";

const project = "faults";
const stack = "faults";

/** What a run of the engine came to. */
export interface Outcome {
    status: number | null;
    signal: NodeJS.Signals | null;
    /** How many steps of each kind. */
    changes: Record<string, number>;
    errors: string[];
    /** All that was said: diagnostics and standard error. */
    said: string;
    /** The fault points passed. */
    points: string[];
}

export type RunKind = "up" | "destroy" | "refresh";

export interface RunOptions {
    /** What the program wants. */
    stage: number;
    /** The fault point, from 1, at which the engine is killed. */
    faultPoint?: number;
}

/** A program of `programs/` as a Pulumi project of its own, which has the checkout's providers, with a backend of its own. */
export class Workspace {
    readonly root = fs.mkdtempSync(path.join(os.tmpdir(), "faults-"));
    /** What the program may make files in. */
    readonly files = path.join(this.root, "files");
    readonly state = path.join(this.root, "state");
    private readonly dir = path.join(this.root, "project");

    constructor(
        program: string,
        private readonly env: Record<string, string> = {},
        /** The command line that the engine's is started by. */
        private readonly wrap: (argv: string[]) => string[] = (argv) => argv,
    ) {
        for (const dir of [this.dir, this.files, this.state]) fs.mkdirSync(dir);
        for (const part of ["node_modules", "process", "providers", "tests"])
            fs.symlinkSync(path.join(projectDir, part), path.join(this.dir, part));
        const runtime = { name: "nodejs", options: { typescript: false, nodeargs: `--require ${loader}` } };
        const main = path.join(__dirname, "programs", `${program}.ts`);
        fs.writeFileSync(path.join(this.dir, "Pulumi.yaml"), stringify({ name: project, main, runtime }));
    }

    get checkpointFile(): string {
        return path.join(this.state, ".pulumi", "stacks", project, `${stack}.json`);
    }

    async run(kind: RunKind, { stage, faultPoint }: RunOptions): Promise<Outcome> {
        const log = path.join(this.root, "fault-points");
        fs.writeFileSync(log, "");
        const [command, ...args] = this.wrap([
            ...nodeArgv("engine/main.ts"),
            kind,
            "--stack",
            stack,
            "--parallel",
            "1",
        ]);
        const child = spawn(command, args, {
            cwd: this.dir,
            env: {
                ...process.env,
                ...this.env,
                STAGE: String(stage),
                DIRECTORY: this.files,
                PULUMI_BACKEND_URL: `file://${this.state}`,
                PULUMI_CONFIG_PASSPHRASE: "faults",
                TMPDIR: this.root,
                VOIP_FAULT_LOG: log,
                ...(faultPoint ? { VOIP_FAULT_POINT: String(faultPoint) } : {}),
            },
        });
        let stdout = "";
        let stderr = "";
        child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
        child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
        const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
            child.once("close", (...end) => resolve(end)),
        );
        const events = stdout
            .split("\n")
            .flatMap((line) => (line.endsWith("}") ? [JSON.parse(line) as EngineEvent] : []));
        const said = events.flatMap(({ diagnosticEvent }) => (diagnosticEvent ? [diagnosticEvent] : []));
        return {
            status,
            signal,
            changes: events.find(({ summaryEvent }) => summaryEvent)?.summaryEvent?.resourceChanges ?? {},
            errors: said.filter(({ severity }) => severity === "error").map(({ message }) => message),
            said: `${said.map(({ message }) => message).join("\n")}\n${stderr}`,
            points: fs
                .readFileSync(log, "utf8")
                .replace(/-\d{19}\./g, "-TIME.")
                .split("\n")
                .filter(Boolean),
        };
    }

    /** All files of the state and of the program's, but for the history's, which grows with each run. */
    traces(): string[] {
        const all = ["files", "state"].flatMap((part) =>
            fs.readdirSync(path.join(this.root, part), { recursive: true, encoding: "utf8", withFileTypes: true }),
        );
        return all
            .filter((entry) => !entry.isDirectory())
            .map((entry) => path.relative(this.root, path.join(entry.parentPath, entry.name)))
            .filter((file) => !/history\/.*\.json$/.test(file))
            .sort();
    }

    /** Keeps state and files as they are. @returns what puts them back */
    keep(): () => void {
        const kept = fs.mkdtempSync(path.join(this.root, "kept-"));
        const parts = ["files", "state"];
        for (const part of parts) fs.cpSync(path.join(this.root, part), path.join(kept, part), { recursive: true });
        return () => {
            for (const part of parts) {
                fs.rmSync(path.join(this.root, part), { recursive: true });
                fs.cpSync(path.join(kept, part), path.join(this.root, part), { recursive: true });
            }
        };
    }

    remove(): void {
        fs.rmSync(this.root, { recursive: true, force: true });
    }
}
