"use strict";

const { kinds, mustRun, onRequest } = require("./tests/kinds");

const transform = {
    "\\.[jt]sx?$": [
        "@swc/jest",
        {
            swcrc: false,
            jsc: { parser: { syntax: "typescript" }, target: "es2022", keepClassNames: true },
            module: { type: "commonjs" },
        },
    ],
};

/** One jest project for each kind of test: `./voip test unit` runs one. */
function project(displayName, options = {}) {
    return {
        displayName,
        testMatch: [`<rootDir>/tests/${displayName}/**/*.test.ts`],
        testEnvironment: "node",
        transform,
        ...options,
    };
}

/** jest knows no time-out of a project: a set-up file sets it. */
const patient = { setupFilesAfterEnv: ["<rootDir>/tests/stack/patience.ts"] };

/** Works on namespaces, libvirt and daemons of this machine; each file on its own, so that two of them can go side by side. */
const onMachine = { ...patient, globalSetup: "<rootDir>/tests/stack/integration-setup.ts" };

/** Works on the stack of the tests: one test file at a time, after everything else. */
const onTestStack = {
    ...patient,
    runner: "<rootDir>/tests/serial-runner.js",
    globalSetup: "<rootDir>/tests/stack/global-setup.ts",
    globalTeardown: "<rootDir>/tests/stack/global-teardown.ts",
    setupFiles: ["<rootDir>/tests/stack/setup-environment.ts"],
};

const options = {
    unit: patient,
    conformance: patient,
    integration: onMachine,
    functional: onTestStack,
    security: onTestStack,
    soak: onTestStack,
};

/** jest runs all projects that there are when none is named: one that runs only on request is there when it is named. */
const wanted = kinds.filter((kind) => !onRequest.includes(kind) || process.argv.includes(kind));

/** @type {import("jest").Config} */
module.exports = {
    maxWorkers: "100%", // of two cores, jest would use one
    projects: wanted.map((kind) => project(kind, options[kind])),
    forceExit: Boolean(process.env.CI), // a handle that a failed test left open must not hold up the result
    testSequencer: "<rootDir>/tests/sequencer.js",
    reporters: ["default", ["<rootDir>/tests/reporter.js", { mustRun, onRequest }]],
};
