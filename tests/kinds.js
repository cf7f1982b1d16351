"use strict";

/** The kinds of tests, in the order in which they run: each is a folder, and a project of jest. */
const kinds = ["unit", "conformance", "integration", "functional", "security", "soak"];

/** Those that run only when they are asked for by name. */
const onRequest = ["soak"];

/** Those that work on the real stack: a run in which one of them was to run, and did not, is a failure. */
const mustRun = ["integration", "functional", "security", "soak"];

module.exports = { kinds, onRequest, mustRun };
