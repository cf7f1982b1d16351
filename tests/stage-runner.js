"use strict";
const { default: TestRunner } = require("jest-runner");

/** jest's own runner, for one stage: one file after the other, or as many as there are cores. */
module.exports = class StageRunner extends TestRunner {
    constructor(globalConfig, context, { isSerial }) {
        super(globalConfig, context);
        this.isSerial = isSerial;
    }
};
