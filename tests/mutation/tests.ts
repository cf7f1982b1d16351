import * as fs from "node:fs";
import * as path from "node:path";
import { CommandError, run } from "../../process/run";
import type { Checkout } from "../stack/checkout";
import { marked } from "./mutants";
import type { Chosen } from "./sample";

/** Test files by the number of the change whose token they run; shortest first. */
export type Reached = Map<number, string[]>;

interface Ran {
    testResults: { name: string; status: "passed" | "failed"; startTime: number; endTime: number }[];
}

/** The tests of one kind, on a copy of the checkout. */
export class Tests {
    /** Milliseconds that each file took. */
    private readonly durations = new Map<string, number>();

    constructor(
        private readonly checkout: Checkout,
        private readonly kind: string,
    ) {}

    /** Runs them all, and sees which have the token of a change run. @throws Error when one fails without any change */
    async reached(changes: ReadonlyMap<number, Chosen>): Promise<Reached> {
        const dir = path.join(this.checkout.dir, "reached");
        this.mark(changes, dir);
        const out = path.join(this.checkout.dir, "ran.json");
        await this.jest(["--json", "--outputFile", out], { VOIP_REACHED_DIR: dir });
        this.checkout.restore();
        const { testResults } = JSON.parse(fs.readFileSync(out, "utf8")) as Ran;
        const named = testResults.map((result) => ({ ...result, file: path.relative(this.checkout.dir, result.name) }));
        for (const { file, startTime, endTime } of named) this.durations.set(file, endTime - startTime);
        await this.expectSound(named.filter(({ status }) => status === "failed").map(({ file }) => file));
        return new Map([...changes.keys()].map((id) => [id, this.reachedBy(path.join(dir, String(id)))]));
    }

    /** Runs these files until one fails, or does not end. @returns whether one did */
    async notice(files: string[]): Promise<boolean> {
        const usual = files.reduce((sum, file) => sum + (this.durations.get(file) ?? 0), 0);
        try {
            const argv = ["--bail", "--runInBand", "--runTestsByPath", ...files];
            return (await this.jest(argv, {}, 120_000 + 5 * usual)) !== 0;
        } catch (error) {
            if (error instanceof CommandError && error.reason.startsWith("no end")) return true;
            throw error;
        }
    }

    private mark(changes: ReadonlyMap<number, Chosen>, dir: string): void {
        for (const file of new Set([...changes.values()].map((change) => change.file))) {
            const here = [...changes].filter(([, change]) => change.file === file);
            const mutants = new Map(here.map(([id, { mutant }]) => [id, mutant]));
            this.checkout.change(file, (text) => marked(text, mutants));
        }
        const reached = path.join(this.checkout.dir, "tests", "mutation", "reached.js");
        const define = `\nglobalThis.reached = require(${JSON.stringify(reached)})(${JSON.stringify(dir)});\n`;
        this.checkout.change(path.join("process", "typescript.js"), (text) => text + define);
    }

    /** The marks make some of these fail; without them none may. */
    private async expectSound(files: string[]): Promise<void> {
        if (files.length === 0 || !(await this.notice(files))) return;
        throw new Error(`${this.kind} tests fail without any change, one of ${files.join(", ")}`);
    }

    private reachedBy(dir: string): string[] {
        if (!fs.existsSync(dir)) return [];
        const files = fs.readdirSync(dir).map(decodeURIComponent);
        // a program that was started with an environment of its own does not know whose it is
        const all = files.includes("unknown") ? [...this.durations.keys()] : files;
        return all.sort((one, other) => (this.durations.get(one) ?? 0) - (this.durations.get(other) ?? 0));
    }

    /** @returns the exit status of jest: 0 or 1 */
    private async jest(args: string[], env: Record<string, string>, timeoutMs?: number): Promise<number> {
        const config = path.join("tests", "mutation", "jest.config.js");
        const argv = [
            process.execPath,
            "node_modules/jest/bin/jest.js",
            "--config",
            config,
            "--selectProjects",
            this.kind,
        ];
        const options = { cwd: this.checkout.dir, env, timeoutMs, ownGroup: true, okStatus: [0, 1] };
        return (await run([...argv, ...args], options)).status;
    }
}
