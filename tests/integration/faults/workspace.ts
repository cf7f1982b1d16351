import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { yamlText } from "../../../config/yaml";
import { projectDir } from "../../../paths";
import { loader, nodeArgv } from "../../../process/node";
import { startRun, type Outcome, type Running } from "./run";

const project = "faults";
const stack = "faults";

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
        /** Added to the engine's environment. */
        readonly env: Record<string, string> = {},
        /** The command line that the engine's is started by. */
        private readonly wrap: (argv: string[]) => string[] = (argv) => argv,
    ) {
        for (const dir of [this.dir, this.files, this.state]) fs.mkdirSync(dir);
        for (const part of ["node_modules", "process", "providers", "tests"])
            fs.symlinkSync(path.join(projectDir, part), path.join(this.dir, part));
        const runtime = { name: "nodejs", options: { typescript: false, nodeargs: `--require ${loader}` } };
        const main = path.join(__dirname, "programs", `${program}.ts`);
        fs.writeFileSync(path.join(this.dir, "Pulumi.yaml"), yamlText({ name: project, main, runtime }));
    }

    get checkpointFile(): string {
        return path.join(this.state, ".pulumi", "stacks", project, `${stack}.json`);
    }

    start(kind: RunKind, { stage, faultPoint }: RunOptions): Running {
        const engine = [...nodeArgv("engine/main.ts"), kind, "--stack", stack, "--parallel", "1"];
        const env = {
            ...this.env,
            STAGE: String(stage),
            DIRECTORY: this.files,
            PULUMI_BACKEND_URL: `file://${this.state}`,
            PULUMI_CONFIG_PASSPHRASE: "faults",
            TMPDIR: this.root,
        };
        const log = path.join(this.root, "fault-points");
        return startRun(this.wrap(engine), { cwd: this.dir, env, log, faultPoint });
    }

    run(kind: RunKind, options: RunOptions): Promise<Outcome> {
        return this.start(kind, options).outcome;
    }

    /** Names of the files of the state, but for the history's, which grows with each run, and the program's with their content. */
    traces(): Record<string, string> {
        const found: Record<string, string> = {};
        for (const part of ["files", "state"]) {
            const all = fs.readdirSync(path.join(this.root, part), { recursive: true, withFileTypes: true });
            for (const entry of all.filter((each) => each.isFile())) {
                const file = path.join(entry.parentPath, entry.name);
                const name = path.relative(this.root, file);
                if (part === "files") found[name] = fs.readFileSync(file, "utf8");
                else if (!/history\/.*\.json$/.test(name)) found[name] = "";
            }
        }
        return found;
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
