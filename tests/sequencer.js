"use strict";
const path = require("node:path");
const { default: Sequencer } = require("@jest/test-sequencer");
const { kinds } = require("./kinds");
const { placeOf } = require("./stages");

/** By kind; functional and security tests, which share stages, by stage and place; of the others the longest begin. */
function rank(test) {
    const { name: kind } = test.context.config.displayName;
    const order = kinds.indexOf(kind === "security" ? "functional" : kind);
    const name = path.relative(__dirname, test.path).replace(/\.test\.ts$/, "");
    return [order, ...placeOf(name)];
}

module.exports = class KindSequencer extends Sequencer {
    sort(tests) {
        return [...tests].sort((a, b) => {
            const [one, other] = [rank(a), rank(b)];
            const difference = one.map((place, n) => place - other[n]).find((each) => each !== 0);
            return difference ?? a.path.localeCompare(b.path);
        });
    }
};
