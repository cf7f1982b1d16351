"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { kinds, mustRun, onRequest } = require("./tests/kinds");
const { stages } = require("./tests/stages");

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

/** Works on the stack of the tests, in stages, after everything else. */
const onTestStack = {
    ...patient,
    globalSetup: "<rootDir>/tests/stack/global-setup.ts",
    globalTeardown: "<rootDir>/tests/stack/global-teardown.ts",
    setupFiles: ["<rootDir>/tests/stack/setup-environment.ts"],
};

const inStage = ({ name, isSerial }) => ({ runner: ["<rootDir>/tests/stage-runner.js", { name, isSerial }] });

const options = {
    unit: patient,
    conformance: patient,
    integration: onMachine,
    soak: { ...onTestStack, ...inStage({ name: "soak", isSerial: true }) },
};

/** The kinds whose files are in stages. */
const staged = ["functional", "security"];

/** A project for each stage and kind: those of one stage have one runner. */
function stagedProjects(kindsOfRun) {
    const files = staged
        .filter((kind) => kindsOfRun.includes(kind))
        .flatMap((kind) => fs.readdirSync(path.join(__dirname, "tests", kind)).map((file) => [kind, file]))
        .flatMap(([kind, file]) => (file.endsWith(".test.ts") ? [[kind, file.slice(0, -".test.ts".length)]] : []));
    return stages.flatMap((stage) =>
        staged.flatMap((kind) => {
            const names = files
                .filter(([of, name]) => of === kind && stage.has(`${kind}/${name}`))
                .map(([, name]) => name);
            if (names.length === 0) return [];
            const testMatch = names.map((name) => `<rootDir>/tests/${kind}/${name}.test.ts`);
            return [project(kind, { ...onTestStack, ...inStage(stage), testMatch })];
        }),
    );
}

/** jest runs all projects that there are when none is named: one that runs only on request is there when it is named. */
const wanted = kinds.filter((kind) => !onRequest.includes(kind) || process.argv.includes(kind));

/** @type {import("jest").Config} */
module.exports = {
    maxWorkers: "100%", // of two cores, jest would use one
    projects: [
        ...wanted.filter((kind) => !staged.includes(kind)).map((kind) => project(kind, options[kind])),
        ...stagedProjects(wanted),
    ],
    forceExit: Boolean(process.env.CI), // a handle that a failed test left open must not hold up the result
    testSequencer: "<rootDir>/tests/sequencer.js",
    reporters: ["default", ["<rootDir>/tests/reporter.js", { mustRun, onRequest }]],
};
