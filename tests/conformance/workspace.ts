import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseYaml, yamlText } from "../../config/yaml";
import { readCheckpoint, saltOf } from "../../engine/backend/checkpoint";
import { Crypter } from "../../engine/secrets/passphrase";
import { projectDir } from "../../paths";

const PASSPHRASE = "conformance";

/** Of the whole run: deriving a key takes half a second. */
let crypter: Promise<Crypter> | undefined;

export type ConfigValue = string | number | boolean;

/** A checkpoint as it is on the disk, as far as the engines are to agree on it. */
export interface Stored {
    latest?: {
        resources?: Record<string, unknown>[];
        pending_operations?: { type: string; resource: Record<string, unknown> }[];
    };
}

/** The user's own, before a test puts a workspace's in its place. */
const usersHome = process.env.PULUMI_HOME || path.join(os.homedir(), ".pulumi");

/** A copy of a small Pulumi program with a file backend of its own, in a directory that goes away again. */
export class Workspace {
    readonly root = fs.mkdtempSync(path.join(os.tmpdir(), "conformance-"));
    readonly dir = path.join(this.root, "program");
    /** For what the program's resources make. */
    readonly files = path.join(this.root, "files");
    readonly stack = "test";
    readonly project: string;

    constructor(program: string) {
        const programs = path.join(__dirname, "programs");
        fs.cpSync(path.join(programs, program), this.dir, { recursive: true });
        fs.copyFileSync(path.join(programs, "thing.ts"), path.join(this.root, "thing.ts"));
        fs.writeFileSync(path.join(this.dir, "package.json"), '{ "private": true }');
        for (const dir of [this.root, this.dir]) {
            fs.symlinkSync(path.join(projectDir, "node_modules"), path.join(dir, "node_modules"));
        }
        const file = path.join(this.dir, "Pulumi.yaml");
        if (!fs.existsSync(file)) fs.writeFileSync(file, projectFile(program));
        fs.mkdirSync(this.files);
        fs.mkdirSync(this.state);
        this.project = (parseYaml(fs.readFileSync(file, "utf8")) as { name: string }).name;
    }

    private get state(): string {
        return path.join(this.root, "state");
    }

    get env(): NodeJS.ProcessEnv {
        return {
            ...process.env,
            PULUMI_BACKEND_URL: `file://${this.state}`,
            PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
            PULUMI_HOME: this.home(),
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_DEBUG_COMMANDS: "true", // for --event-log
        };
    }

    /** A home for the official CLI with the plugins of the user's own, so that nothing of the user's is written to. */
    private home(): string {
        const home = path.join(this.root, "home");
        if (!fs.existsSync(home)) {
            fs.mkdirSync(home);
            for (const part of ["plugins", "bin", "versions"]) {
                const own = path.join(usersHome, part);
                if (fs.existsSync(own)) fs.symlinkSync(own, path.join(home, part));
            }
        }
        return home;
    }

    get stackFile(): string {
        return path.join(this.dir, `Pulumi.${this.stack}.yaml`);
    }

    private configuration(values: Record<string, unknown>, more: Record<string, string> = {}): void {
        const kept = fs.existsSync(this.stackFile)
            ? (parseYaml(fs.readFileSync(this.stackFile, "utf8")) as Record<string, unknown>)
            : {};
        const config = Object.entries(values).map(([key, value]) => [`${this.project}:${key}`, value]);
        fs.writeFileSync(this.stackFile, yamlText({ ...kept, ...more, config: Object.fromEntries(config) }));
    }

    /** Sets the stack's configuration, leaving the salt that the official engine keeps beside it. */
    configure(values: Record<string, ConfigValue>): void {
        this.configuration(values);
    }

    /** As {@link configure}, with values that are encrypted in the stack's file, as `pulumi config set --secret` does. */
    async configureSecretly(values: Record<string, ConfigValue>, secrets: Record<string, string>): Promise<void> {
        crypter ??= Crypter.create(PASSPHRASE);
        const { state, encrypt } = await crypter.then((made) => ({
            state: made.state,
            encrypt: (text: string) => made.encrypt(text),
        }));
        const secure = Object.entries(secrets).map(([key, text]) => [key, { secure: encrypt(text) }]);
        this.configuration({ ...values, ...Object.fromEntries(secure) }, { encryptionsalt: state });
    }

    /** The checkpoint with its secrets in plain, as `{ secret: value }`; undefined when the stack was never made. */
    async checkpoint(): Promise<Stored | undefined> {
        const stored = readCheckpoint(this.checkpointFile);
        const salt = saltOf(stored);
        if (!stored || !salt) return stored;
        const opened = await Crypter.open(PASSPHRASE, salt);
        const plain = JSON.stringify(stored, (_key, value: unknown) => {
            const sealed = value as { ciphertext?: string } | null;
            return typeof sealed?.ciphertext === "string"
                ? { secret: JSON.parse(opened.decrypt(sealed.ciphertext)) as unknown }
                : value;
        });
        return JSON.parse(plain) as Stored;
    }

    get checkpointFile(): string {
        return path.join(this.state, ".pulumi", "stacks", this.project, `${this.stack}.json`);
    }

    read(name: string): string | undefined {
        const file = path.join(this.files, name);
        return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
    }

    write(name: string, text: string): void {
        fs.writeFileSync(path.join(this.files, name), text);
    }

    unlink(name: string): void {
        fs.rmSync(path.join(this.files, name));
    }

    /** The ids of the programs and providers that run in it. */
    processes(): number[] {
        return fs
            .readdirSync("/proc")
            .filter((pid) => {
                try {
                    return /^\d+$/.test(pid) && fs.readlinkSync(`/proc/${pid}/cwd`) === this.dir;
                } catch {
                    return false; // ended meanwhile
                }
            })
            .map(Number);
    }

    remove(): void {
        fs.rmSync(this.root, { recursive: true, force: true });
    }
}

const projectFile = (program: string): string => `name: conformance-${program}
main: index.ts
runtime:
  name: nodejs
  options:
    typescript: false
    nodeargs: --require ${path.join(projectDir, "process", "typescript.js")}
`;
