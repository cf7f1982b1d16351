import * as fs from "node:fs";
import * as path from "node:path";
import { run, type RunResult } from "../../process/run";
import type { Checkout } from "../stack/checkout";
import { marked } from "./mutants";
import type { Chosen } from "./sample";

/** Test files by the number of the change whose token they run; shortest first. */
export type Reached = Map<number, string[]>;

/** What jest writes down of a run (`--json`). */
interface Ran {
    testResults: { name: string; status: "passed" | "failed"; startTime: number; endTime: number }[];
}

/** The tests of one kind, on a copy of the checkout. */
export class Tests {
    /** Milliseconds that each file took. */
    private readonly durations = new Map<string, number>();

    /** @param turn a file; who holds its lock (flock(1)) has the machine for one run of tests */
    constructor(
        private readonly checkout: Checkout,
        private readonly kind: string,
        private readonly turn?: string,
    ) {}

    /** Runs them all, and sees which have the token of a change run. @throws Error when one fails without any change */
    async reached(changes: ReadonlyMap<number, Chosen>): Promise<Reached> {
        const dir = path.join(this.checkout.dir, "reached", this.kind);
        this.mark(changes, dir);
        const failed: string[] = [];
        // together where they can run side by side, else one by one, so that turns are short
        for (const files of this.turn ? (await this.list()).map((file) => [file]) : [[]])
            failed.push(...(await this.reach(dir, files)));
        this.checkout.restore();
        await this.expectSound(failed);
        return new Map([...changes.keys()].map((id) => [id, this.reachedBy(path.join(dir, String(id)))]));
    }

    /** Runs these files until one fails, or does not end. @returns what did: a test, or its file; undefined: none */
    async notice(files: string[]): Promise<string | undefined> {
        for (const some of this.turn ? files.map((file) => [file]) : [files]) {
            const failed = some.length > 0 ? await this.failing(some) : undefined;
            if (failed) return failed;
        }
        return undefined;
    }

    private async failing(files: string[]): Promise<string | undefined> {
        const usual = files.reduce((sum, file) => sum + (this.durations.get(file) ?? 0), 0) / 1000;
        const args = ["--bail", "--runInBand", "--runTestsByPath", ...files];
        const failure = path.join(this.checkout.dir, "failure");
        fs.rmSync(failure, { force: true });
        const { status } = await this.jest(args, { VOIP_FAILURE: failure }, Math.ceil(60 + 10 * usual));
        if (status === 0) return undefined;
        return fs.existsSync(failure) ? fs.readFileSync(failure, "utf8") : `tests that do not end: ${files.join(", ")}`;
    }

    private async list(): Promise<string[]> {
        const { stdout } = await this.jest(["--listTests"], {}, undefined, []);
        const files = stdout.split("\n").filter((line) => line.endsWith(".test.ts"));
        return files.map((file) => path.relative(this.checkout.dir, file)).sort();
    }

    /** Runs files on the marked checkout; all where none is named. @returns those that failed */
    private async reach(dir: string, files: string[]): Promise<string[]> {
        const out = path.join(this.checkout.dir, "ran.json");
        const named = files.length > 0 ? ["--runTestsByPath", ...files] : [];
        await this.jest(["--json", "--outputFile", out, ...named], { VOIP_REACHED_DIR: dir });
        const { testResults } = JSON.parse(fs.readFileSync(out, "utf8")) as Ran;
        const relative = ({ name }: { name: string }): string => path.relative(this.checkout.dir, name);
        for (const result of testResults) this.durations.set(relative(result), result.endTime - result.startTime);
        return testResults.filter(({ status }) => status === "failed").map(relative);
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
        const failed = await this.notice(files);
        if (failed) throw new Error(`${this.kind} tests fail without any change: ${failed}`);
    }

    private reachedBy(dir: string): string[] {
        if (!fs.existsSync(dir)) return [];
        const files = fs.readdirSync(dir).map(decodeURIComponent);
        // a program that was started with an environment of its own does not know whose it is
        const all = files.includes("unknown") ? [...this.durations.keys()] : files;
        return all.sort((one, other) => (this.durations.get(one) ?? 0) - (this.durations.get(other) ?? 0));
    }

    /**
     * @param seconds after which it is killed; that is a failure too, as is an end by what it runs itself: 137 and -1
     */
    private async jest(
        args: string[],
        env: Record<string, string>,
        seconds?: number,
        turn = this.turn ? ["flock", this.turn] : [],
    ): Promise<RunResult> {
        const config = path.join("tests", "mutation", "jest.config.js");
        const jest = [process.execPath, "node_modules/jest/bin/jest.js", "--config", config, "--selectProjects"];
        const limit = seconds ? ["timeout", "--signal", "KILL", String(seconds)] : [];
        const argv = [...turn, ...limit, ...jest, this.kind, ...args];
        return run(argv, { cwd: this.checkout.dir, env, ownGroup: true, okStatus: [0, 1, 137, -1] });
    }
}
