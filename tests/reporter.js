"use strict";

/**
 * Ends a run with the plain line `N passed, N failed` that any CI can read, and fails a run in which a kind of test that
 * must run (on the real stack) was chosen as a whole but executed nothing, or left a test out.
 */
module.exports = class PlainReporter {
    constructor(globalConfig, options = {}) {
        this.mustRun = options.mustRun ?? [];
        this.wholeRun = !globalConfig.testPathPatterns?.isSet() && !globalConfig.testNamePattern;
    }

    onRunComplete(contexts, results) {
        const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
        this.missing = this.wholeRun ? this.notRun(contexts, results) : [];
        const line = `${results.numPassedTests} passed, ${failed + this.missing.length} failed`;
        // jest's own summary and global teardown still print after this: the line is written when all is said
        process.once("exit", () => process.stdout.write(`${line}\n`));
    }

    notRun(contexts, results) {
        const chosen = [...contexts].map((context) => context.config.displayName?.name);
        return this.mustRun
            .filter((kind) => chosen.includes(kind))
            .flatMap((kind) => {
                const tests = results.testResults
                    .filter((file) => file.displayName?.name === kind)
                    .flatMap((file) => file.testResults);
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
