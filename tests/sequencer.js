"use strict";
const path = require("node:path");
const { default: Sequencer } = require("@jest/test-sequencer");
const { kinds } = require("./kinds");

/**
 * Functional tests share one stack: what needs it untouched comes first, what breaks it comes last. `recovery` leaves the stack with its
 * own configuration, `crash` after it makes it anew.
 */
const first = ["bad-config", "up"];
const last = ["day-two", "drift", "recovery", "crash", "ca-roll", "destroy"];
/** Tests of security look at the stack of the functional ones after it was used. */
const security = 0.5;

function rank(test) {
    const name = path.basename(test.path, ".test.ts");
    const { name: kindName } = test.context.config.displayName;
    if (kindName === "security") return [kinds.indexOf("functional"), security];
    const kind = kinds.indexOf(kindName);
    if (kinds[kind] !== "functional") return [kind, 0];
    if (first.includes(name)) return [kind, first.indexOf(name) - first.length];
    return [kind, last.indexOf(name) + 1];
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
