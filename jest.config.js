"use strict";

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

/** One jest project for each kind of test: `./voip test unit` runs one, `./voip test` runs all of them, in this order. */
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

/** Works on namespaces, libvirt and VMs of this machine: one test file at a time, after everything else. */
const onRealStack = { ...patient, runner: "<rootDir>/tests/serial-runner.js" };

/** Works on the stack of the tests. */
const onTestStack = {
    ...onRealStack,
    globalSetup: "<rootDir>/tests/stack/global-setup.ts",
    globalTeardown: "<rootDir>/tests/stack/global-teardown.ts",
    setupFiles: ["<rootDir>/tests/stack/setup-environment.ts"],
};

/** @type {import("jest").Config} */
module.exports = {
    projects: [
        project("unit", patient),
        project("conformance", patient),
        project("integration", { ...onRealStack, globalSetup: "<rootDir>/tests/stack/install-packages.ts" }),
        project("functional", onTestStack),
        project("security", onTestStack),
    ],
    forceExit: Boolean(process.env.CI), // a handle that a failed test left open must not hold up the result
    testSequencer: "<rootDir>/tests/sequencer.js",
    reporters: ["default", ["<rootDir>/tests/reporter.js", { mustRun: ["integration", "functional", "security"] }]],
};
