"use strict";
const { default: Sequencer } = require("@jest/test-sequencer");

/** The order in which files are named on the command line; without names, jest's own. */
module.exports = class NamedSequencer extends Sequencer {
    sort(tests) {
        const named = tests.map(({ path: file }) => process.argv.findIndex((word) => file.endsWith(word)));
        if (named.includes(-1)) return super.sort(tests);
        return [...tests].sort((one, other) => named[tests.indexOf(one)] - named[tests.indexOf(other)]);
    }
};
