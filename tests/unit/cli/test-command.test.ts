import * as child from "node:child_process";
import { EventEmitter } from "node:events";
import * as path from "node:path";
import { bench } from "../../../cli/commands/bench";
import { test as runTests } from "../../../cli/commands/test";
import { Failure } from "../../../cli/result";
import { projectDir } from "../../../paths";

jest.mock("node:child_process");
jest.mock("../../../bench/up", () => ({ benchUp: async () => ({ facts: { up: 1 }, text: "of up" }) }));
jest.mock("../../../bench/engine", () => ({
    benchEngine: async () => ({ facts: { engine: 2 }, text: "of the engine" }),
}));
jest.mock("../../../bench/media", () => ({
    benchMedia: async (options: object) => ({ facts: { media: options }, text: "of media" }),
}));

let end: number | null;
beforeEach(() => {
    jest.clearAllMocks();
    end = 0;
    jest.mocked(child.spawn).mockImplementation(() => {
        const process = new EventEmitter();
        setImmediate(() => process.emit("close", end));
        return process as child.ChildProcess;
    });
});
const status = process.exitCode;
afterEach(() => (process.exitCode = status));

/** What node was started with. */
const started = (): string[] => {
    const [program, args, options] = jest.mocked(child.spawn).mock.calls[0];
    expect(program).toBe(process.execPath);
    expect(options).toMatchObject({ cwd: projectDir, stdio: "inherit" });
    return args as string[];
};
const jestProgram = path.join(projectDir, "node_modules", "jest", "bin", "jest.js");

describe("./voip test", () => {
    it.each([
        [[], []],
        [["unit"], ["--selectProjects", "unit"]],
        [
            ["unit", "soak", "--bail", "-t", "busy"],
            ["--selectProjects", "unit", "soak", "--bail", "-t", "busy"],
        ],
        [
            ["functional", "--", "--ci"],
            ["--selectProjects", "functional", "--ci"],
        ],
        [
            ["-t", "busy"],
            ["-t", "busy"],
        ],
    ])("%j", async (words, args) => {
        expect(await runTests(words)).toEqual({ facts: {}, text: "" });
        expect(started()).toEqual([jestProgram, ...args]);
    });

    it.each([
        [0, 0],
        [1, 1],
        [null, 130], // ended by Ctrl-C
    ])("ends as jest does: %s", async (code, expected) => {
        end = code;
        await runTests(["unit"]);
        expect(process.exitCode).toBe(expected);
    });

    it("knows no other kind of tests", async () => {
        const failure = (await runTests(["unit", "all", "some"]).catch((error: unknown) => error)) as Failure;
        expect(failure).toBeInstanceOf(Failure);
        expect(failure.message).toMatch(/^no test suite all, some: there are unit, conformance, integration, /);
        expect(failure.status).toBe(2);
        expect(child.spawn).not.toHaveBeenCalled();
    });

    it("changes tokens by a program of its own", async () => {
        end = 3;
        await runTests(["mutation", "--seed", "7"]);
        const at = (...names: string[]) => path.join(projectDir, ...names);
        expect(started()).toEqual([
            "--require",
            at("process", "typescript.js"),
            at("tests", "mutation", "main.ts"),
            "--seed",
            "7",
        ]);
        expect(process.exitCode).toBe(3);
    });

    it("leaves Ctrl-C to jest while it runs, and not for longer", async () => {
        const before = process.listenerCount("SIGINT");
        let during = 0;
        jest.mocked(child.spawn).mockImplementation(() => {
            const running = new EventEmitter();
            setImmediate(() => {
                during = process.listenerCount("SIGINT");
                running.emit("close", 0);
            });
            return running as child.ChildProcess;
        });
        await runTests(["unit"]);
        expect([during, process.listenerCount("SIGINT")]).toEqual([before + 1, before]);
    });
});

describe("./voip bench", () => {
    const options = { stack: "dev", calls: 3 } as never;

    it("runs all benchmarks, in this order", async () => {
        const { facts, text } = await bench(options, []);
        expect(Object.entries(facts)).toEqual([
            ["up", { up: 1 }],
            ["engine", { engine: 2 }],
            ["media", { media: options }],
        ]);
        expect(text).toBe("of up\n\nof the engine\n\nof media");
    });

    it("runs those named", async () => {
        expect(await bench(options, ["media", "engine"])).toEqual({
            facts: { media: { media: options }, engine: { engine: 2 } },
            text: "of media\n\nof the engine",
        });
    });

    it("knows no other", async () => {
        const failure = (await bench(options, ["up", "all"]).catch((error: unknown) => error)) as Failure;
        expect(failure.message).toBe("no benchmark all: there are up, engine, media");
        expect(failure.status).toBe(2);
    });
});
