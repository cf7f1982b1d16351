"use strict";
const { default: TestRunner } = require("jest-runner");

/** jest's own runner, one file after the other: for tests that share one stack and two cores. */
module.exports = class SerialRunner extends TestRunner {
    isSerial = true;
};
