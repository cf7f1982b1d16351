import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { projectDir } from "../../paths";
import { run } from "../../process/run";
import { stack } from "./environment";

/** Neither copied: one is shared, the other is not needed. */
const left = ["node_modules", ".git"];

/**
 * A copy of the checkout in the system's directory for temporary files, which can be changed and works on the stack of the
 * tests; the checkout itself is never touched.
 */
export class Checkout {
    private readonly originals = new Map<string, string>();

    private constructor(readonly dir: string) {}

    static make(): Checkout {
        const dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-day-two-"));
        for (const name of fs.readdirSync(projectDir).filter((entry) => !left.includes(entry))) {
            fs.cpSync(path.join(projectDir, name), path.join(dir, name), { recursive: true, preserveTimestamps: true });
        }
        fs.symlinkSync(path.join(projectDir, "node_modules"), path.join(dir, "node_modules"));
        return new Checkout(dir);
    }

    /** @throws Error when the edit leaves the file as it was */
    change(file: string, edit: (text: string) => string): void {
        const at = path.join(this.dir, file);
        const before = fs.readFileSync(at, "utf8");
        const after = edit(before);
        if (after === before) throw new Error(`${file} is to be changed, and was not`);
        if (!this.originals.has(file)) this.originals.set(file, before);
        fs.writeFileSync(at, after);
    }

    /** Everything is as in the checkout again. */
    restore(): void {
        for (const [file, text] of this.originals) fs.writeFileSync(path.join(this.dir, file), text);
        this.originals.clear();
    }

    /** Runs the copy's own `./voip VERB ... --json`. @returns the object it printed @throws Error when it fails */
    async voipJson<T>(verb: string, ...args: string[]): Promise<T> {
        const argv = [path.join(this.dir, "voip"), verb, "--stack", stack, "--json", ...args];
        return JSON.parse((await run(argv, { cwd: this.dir, timeoutMs: 1_800_000 })).stdout) as T;
    }

    remove(): void {
        fs.rmSync(this.dir, { recursive: true, force: true });
    }
}
