"use strict";
const fs = require("node:fs");
const path = require("node:path");

/** Writes down the first test that fails: jest prints no report of a run that it cuts short. */
module.exports = class FailureReporter {
    constructor({ rootDir }) {
        this.rootDir = rootDir;
    }

    onTestFileResult(_test, { testFilePath, testResults, numFailingTests, testExecError }) {
        const out = process.env.VOIP_FAILURE;
        if (!out || fs.existsSync(out) || (numFailingTests === 0 && !testExecError)) return;
        const failed = testResults.find(({ status }) => status === "failed");
        const name = failed ? `, ${failed.fullName}` : "";
        fs.writeFileSync(out, path.relative(this.rootDir, testFilePath) + name);
    }
};
