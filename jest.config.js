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

/** Works on namespaces, libvirt and VMs of this machine: one test file at a time, after everything else. */
const onRealStack = {
    runner: "<rootDir>/tests/serial-runner.js",
    globalSetup: "<rootDir>/tests/stack/global-setup.ts",
    globalTeardown: "<rootDir>/tests/stack/global-teardown.ts",
};

/** @type {import("jest").Config} */
module.exports = {
    projects: [
        project("unit"),
        project("conformance", { testTimeout: 120_000 }),
        project("integration", { ...onRealStack, testTimeout: 300_000 }),
        project("functional", {
            ...onRealStack,
            setupFiles: ["<rootDir>/tests/stack/setup-environment.ts"],
            testTimeout: 900_000,
        }),
    ],
    forceExit: Boolean(process.env.CI), // a handle that a failed test left open must not hold up the result
    testSequencer: "<rootDir>/tests/sequencer.js",
    reporters: ["default", ["<rootDir>/tests/reporter.js", { mustRun: ["integration", "functional"] }]],
};
