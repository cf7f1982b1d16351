"use strict";
const path = require("node:path");
const config = require("../../jest.config");

/** The tests as they are, on a changed checkout: in the order in which they are named, or with what they run written down. */
const rootDir = path.resolve(__dirname, "..", "..");
const environment = process.env.VOIP_REACHED_DIR
    ? { testEnvironment: "<rootDir>/tests/mutation/reach-environment.js" }
    : {};

module.exports = {
    ...config,
    rootDir,
    reporters: ["<rootDir>/tests/mutation/failure-reporter.js"],
    projects: config.projects.map((project) => ({ ...project, rootDir, ...environment })),
    testSequencer: "<rootDir>/tests/mutation/sequencer.js",
};
