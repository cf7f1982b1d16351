"use strict";
const path = require("node:path");
const { default: Sequencer } = require("@jest/test-sequencer");
const { kinds } = require("./kinds");
const { placeOf } = require("./stages");

/** By kind, and within a stage, which functional and security tests share, by place; jest runs each stage on its own. */
function rank(test) {
    const { name: kind } = test.context.config.displayName;
    const order = kinds.indexOf(kind === "security" ? "functional" : kind);
    return [order, placeOf(`${kind}/${path.basename(test.path, ".test.ts")}`)];
}

module.exports = class KindSequencer extends Sequencer {
    sort(tests) {
        return [...tests].sort((a, b) => {
            const [kindA, placeA] = rank(a);
            const [kindB, placeB] = rank(b);
            return kindA - kindB || placeA - placeB || a.path.localeCompare(b.path);
        });
    }
};
