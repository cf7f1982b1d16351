import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { projectDir } from "../../paths";

/** A copy of a small Pulumi program with a file backend of its own, in a directory that goes away again. */
export class Workspace {
    readonly root = fs.mkdtempSync(path.join(os.tmpdir(), "conformance-"));
    readonly dir = path.join(this.root, "program");
    /** For what the program's resources make. */
    readonly files = path.join(this.root, "files");
    readonly stack = "test";
    readonly project: string;

    constructor(program: string) {
        fs.cpSync(path.join(__dirname, "programs", program), this.dir, { recursive: true });
        fs.writeFileSync(path.join(this.dir, "package.json"), '{ "private": true }');
        fs.symlinkSync(path.join(projectDir, "node_modules"), path.join(this.dir, "node_modules"));
        fs.mkdirSync(this.files);
        this.project = (parse(fs.readFileSync(path.join(this.dir, "Pulumi.yaml"), "utf8")) as { name: string }).name;
    }

    get env(): NodeJS.ProcessEnv {
        const state = path.join(this.root, "state");
        fs.mkdirSync(state, { recursive: true });
        return { ...process.env, PULUMI_BACKEND_URL: `file://${state}`, PULUMI_CONFIG_PASSPHRASE: "conformance" };
    }

    /** Sets the stack's configuration, leaving the salt that the official engine keeps beside it. */
    configure(values: Record<string, string | number | boolean>): void {
        const file = path.join(this.dir, `Pulumi.${this.stack}.yaml`);
        const kept = fs.existsSync(file) ? (parse(fs.readFileSync(file, "utf8")) as Record<string, unknown>) : {};
        const config = Object.entries(values).map(([key, value]) => [`${this.project}:${key}`, value]);
        fs.writeFileSync(file, stringify({ ...kept, config: Object.fromEntries(config) }));
    }

    get checkpointFile(): string {
        return path.join(this.root, "state", ".pulumi", "stacks", this.project, `${this.stack}.json`);
    }

    read(name: string): string | undefined {
        const file = path.join(this.files, name);
        return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
    }

    remove(): void {
        fs.rmSync(this.root, { recursive: true, force: true });
    }
}
