import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { EngineEvent } from "../../../engine/events";
import { readOutputs } from "../../../engine/outputs";
import { engineArgv } from "../../../lab/lab";
import { projectDir } from "../../../paths";
import { nodeArgv } from "../../../process/node";
import { run } from "../../../process/run";

/** Of the checkout, everything but the program and its configuration: providers are looked for in the working directory. */
const linked = fs
    .readdirSync(projectDir)
    .filter(
        (name) => !name.startsWith(".") && !name.startsWith("Pulumi.") && !["index.ts", "package.json"].includes(name),
    );

/** A directory in which the engine runs `program.ts` in a lab, with a state of its own. */
export class LabWorkspace {
    readonly root = fs.mkdtempSync(path.join(os.tmpdir(), "core-services-"));
    readonly dir = path.join(this.root, "program");

    constructor(readonly stack: string) {
        fs.mkdirSync(this.dir);
        for (const name of linked) fs.symlinkSync(path.join(projectDir, name), path.join(this.dir, name));
        fs.symlinkSync(path.join(__dirname, "program.ts"), path.join(this.dir, "index.ts"));
        for (const name of ["Pulumi.yaml", "package.json"]) {
            fs.copyFileSync(path.join(projectDir, name), path.join(this.dir, name));
        }
        fs.writeFileSync(path.join(this.dir, `Pulumi.${stack}.yaml`), "config: {}\n");
        Object.assign(process.env, {
            XDG_STATE_HOME: path.join(this.root, "xdg-state"),
            PULUMI_BACKEND_URL: `file://${this.root}`,
            PULUMI_CONFIG_PASSPHRASE: "core-services",
        });
    }

    /** @returns how many resources were created, updated and so on @throws Error with what the engine reported as errors */
    async engine(operation: "up" | "refresh" | "destroy"): Promise<Record<string, number>> {
        const argv = engineArgv(this.stack, [...nodeArgv("engine/main.ts"), operation, "--stack", this.stack]);
        const { stdout, stderr, status } = await run(argv, { cwd: this.dir, okStatus: [0, 1] });
        const events = stdout
            .split("\n")
            .filter(Boolean)
            .map((line) => JSON.parse(line) as EngineEvent);
        const errors = events.flatMap(({ diagnosticEvent: said, resOpFailedEvent: failed }) =>
            said?.severity === "error" || failed ? [said?.message ?? JSON.stringify(failed)] : [],
        );
        if (status !== 0) throw new Error(`${operation} failed: ${[...errors, stderr].join("\n")}`);
        return events.find((event) => event.summaryEvent)?.summaryEvent?.resourceChanges ?? {};
    }

    outputs<Outputs>(): Promise<Outputs> {
        return readOutputs(this.stack, { showSecrets: true, projectDir: this.dir }) as Promise<Outputs>;
    }

    /** The state as it lies on disk. */
    state(): string {
        const file = path.join(this.root, ".pulumi", "stacks", "voip-stack", `${this.stack}.json`);
        return fs.readFileSync(file, "utf8");
    }

    remove(): void {
        fs.rmSync(this.root, { recursive: true, force: true });
    }
}
