import { execFileSync } from "node:child_process";
import * as path from "node:path";

const reporter = path.resolve(__dirname, "../../reporter.js");

/** What a run prints that ends as jest does with forceExit: standard output is shut before the process exits. */
function printed(results: object, options: object, ...chosen: string[]): string {
    const script = `
        const Reporter = require(${JSON.stringify(reporter)});
        new Reporter({ testNamePattern: "" }, ${JSON.stringify(options)}).onRunComplete([], ${JSON.stringify(results)});
        process.stdout.write = () => true;
        process.exit(0);`;
    const selected = chosen.length > 0 ? ["--", "--selectProjects", ...chosen] : [];
    return execFileSync(process.execPath, ["-e", script, ...selected], { encoding: "utf8" });
}

const results = { numPassedTests: 3, numFailedTests: 1, numRuntimeErrorTestSuites: 1, testResults: [] };

describe("the last line of a run", () => {
    it("is printed though jest forces its exit", () => {
        expect(printed(results, { mustRun: [] })).toBe("3 passed, 2 failed\n");
    });

    it("comes after the ten files that took longest", () => {
        const file = (name: string, runtime: number) => ({
            testFilePath: path.join(process.cwd(), name),
            perfStats: { runtime },
            testResults: [],
        });
        const files = Array.from({ length: 12 }, (_, n) => file(`tests/${n}.test.ts`, n * 1000));
        const lines = printed({ ...results, testResults: files }, { mustRun: [] }).split("\n");
        expect(lines.slice(0, 2)).toEqual(["    11.0 s  tests/11.test.ts", "    10.0 s  tests/10.test.ts"]);
        expect(lines.slice(10)).toEqual(["3 passed, 2 failed", ""]);
    });

    it("comes after each failure, in one line of its own", () => {
        const file = (name: string, more: object) => ({ testFilePath: path.join(process.cwd(), name), ...more });
        const passed = { status: "passed", fullName: "a call is up", failureMessages: [] };
        const failed = {
            status: "failed",
            fullName: "a call ends",
            failureMessages: ["\u001b[31mlate:\u001b[39m\n  3 s"],
        };
        const files = [
            file("tests/calls.test.ts", { testResults: [passed, failed] }),
            file("tests/broken.test.ts", {
                testResults: [],
                testExecError: { message: `no module ${"x".repeat(1999)}` },
            }),
        ];
        const lines = printed({ ...results, testResults: files }, { mustRun: [] }).split("\n");
        expect(lines.slice(2)).toEqual([
            "failed: tests/calls.test.ts: a call ends: late: 3 s",
            `failed: tests/broken.test.ts: no module ${"x".repeat(1490)}`,
            "3 passed, 2 failed",
            "",
        ]);
    });

    it("counts a kind of test that must run and did not as a failure, and names it", () => {
        const lines = "no functional test was executed\n3 passed, 3 failed\n";
        expect(printed(results, { mustRun: ["functional"] })).toBe(lines);
    });

    it("requires a kind that runs on request only when it was requested", () => {
        const options = { mustRun: ["soak"], onRequest: ["soak"] };
        expect(printed(results, options)).toBe("3 passed, 2 failed\n");
        expect(printed(results, options, "unit")).toBe("3 passed, 2 failed\n");
        expect(printed(results, options, "soak")).toBe("no soak test was executed\n3 passed, 3 failed\n");
    });
});
