"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { stripVTControlCharacters } = require("node:util");

/** The names after --selectProjects; jest tells its reporters of no project that it found no test for. */
function chosenKinds(argv) {
    const start = argv.indexOf("--selectProjects") + 1;
    if (start === 0) return [];
    const end = argv.findIndex((word, at) => at >= start && word.startsWith("-"));
    return argv.slice(start, end === -1 ? undefined : end);
}

/** The files that took longest, a line each: seconds, file. */
function slowest(testResults, count) {
    const timed = testResults.map(({ testFilePath, perfStats }) => [perfStats?.runtime ?? 0, testFilePath]);
    const longest = timed.sort(([one], [other]) => other - one).slice(0, count);
    return longest.map(
        ([ms, file]) => `${(ms / 1000).toFixed(1).padStart(8)} s  ${path.relative(process.cwd(), file)}`,
    );
}

const reasonLength = 1500;

/** What went wrong, each in one line that a log which was cut still holds: file, test, reason. */
function failures(testResults) {
    return testResults.flatMap(({ testFilePath, testResults: tests, testExecError }) => {
        const file = path.relative(process.cwd(), testFilePath);
        const reason = (text) => stripVTControlCharacters(text).replace(/\s+/g, " ").slice(0, reasonLength);
        const failed = tests.filter(({ status }) => status === "failed");
        return [
            ...(testExecError ? [`failed: ${file}: ${reason(testExecError.message ?? "")}`] : []),
            ...failed.map((test) => `failed: ${file}: ${test.fullName}: ${reason(test.failureMessages.join(" "))}`),
        ];
    });
}

/**
 * Ends a run with the plain line `N passed, N failed` that any CI can read, and fails a run in which a kind of test that
 * must run (on the real stack) was chosen as a whole but executed nothing, or left a test out.
 */
module.exports = class PlainReporter {
    constructor(globalConfig, options) {
        const chosen = chosenKinds(process.argv);
        const byDefault = (kind) => !options.onRequest?.includes(kind);
        this.mustRun = options.mustRun.filter((kind) => (chosen.length ? chosen.includes(kind) : byDefault(kind)));
        this.wholeRun = !globalConfig.testPathPatterns?.isSet() && !globalConfig.testNamePattern;
    }

    onRunComplete(_contexts, results) {
        const count = results.numFailedTests + results.numRuntimeErrorTestSuites;
        this.missing = this.wholeRun ? this.notRun(results) : [];
        const line = `${results.numPassedTests} passed, ${count + this.missing.length} failed`;
        const times = results.testResults.length > 1 ? slowest(results.testResults, 10) : [];
        const failed = failures(results.testResults);
        // jest's own summary and global teardown still print after this: the line is written when all is said, and past
        // process.stdout, which jest shuts when it forces its exit
        process.once("exit", () => fs.writeSync(1, [...times, ...failed, ...this.missing, line, ""].join("\n")));
    }

    notRun(results) {
        return this.mustRun.flatMap((kind) => {
            const files = results.testResults.filter((file) => file.displayName?.name === kind);
            const tests = files.flatMap((file) => file.testResults);
            const executed = tests.filter(({ status }) => status === "passed" || status === "failed");
            if (executed.length === 0) return [`no ${kind} test was executed`];
            return tests
                .filter((test) => !executed.includes(test))
                .map(({ fullName, status }) => `${kind} test "${fullName}" was not executed (${status})`);
        });
    }

    getLastError() {
        return this.missing?.length ? new Error(this.missing.join("; ")) : undefined;
    }
};
