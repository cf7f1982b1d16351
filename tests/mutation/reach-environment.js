"use strict";
const path = require("node:path");
const { TestEnvironment } = require("jest-environment-node");
const reachedIn = require("./reached");

/** jest's own environment, in which marked sources write down what a test file has run. */
module.exports = class ReachEnvironment extends TestEnvironment {
    constructor(config, context) {
        // outside of the sandbox, and before that copies the environment: what the test starts gets it either way
        process.env.VOIP_REACHED_BY = path.relative(config.projectConfig.rootDir, context.testPath);
        super(config, context);
        this.global.reached = reachedIn(process.env.VOIP_REACHED_DIR);
    }
};
