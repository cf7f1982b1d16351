"use strict";

/**
 * The files that work on the stack of the tests, `KIND/NAME`, in their order: first what needs it untouched, then what uses it, then
 * what does not disturb others, side by side, and last what changes or breaks it: `recovery` leaves it with secrets that live a minute,
 * `plain-sip` with the standard edge, and `ca-roll`, which first brings it back to its own configuration, with another generation of the
 * CA. A file that is in no stage is one that uses the stack.
 */
const first = ["functional/bad-config", "functional/up"];
/** The longest begin, so that none is alone at the end. */
const together = [
    "limits",
    "bans",
    "output",
    "leaks",
    "networks",
    "torture",
    "processes",
    "edge",
    "access",
    "responses",
].map((name) => `security/${name}`);
const last = [
    ...["security/requests", "functional/day-two", "functional/drift", "functional/recovery"],
    ...["security/plain-sip", "functional/ca-roll", "functional/destroy"],
];

/** The longest files of the other kinds. */
const longest = [
    ...["conformance/cases", "integration/vm/saved", "integration/core-services/core-services"],
    ...["integration/vault-agent/vault-agent", "integration/core-services/backup"],
];

/** jest runs one stage after the other, as each has a runner of its own. */
const stages = [
    { name: "use", isSerial: true, has: (file) => !together.includes(file) && !last.includes(file) },
    { name: "together", isSerial: false, has: (file) => together.includes(file) },
    { name: "last", isSerial: true, has: (file) => last.includes(file) },
];

/** The place of a file in a list, from 0; after all that are there where it is not. */
const placeIn = (list, file) => (list.includes(file) ? list.indexOf(file) : list.length);

/** The stage of a file, by its number, and the place within: jest runs stages in the order of their first files. */
function placeOf(file) {
    const stage = stages.findIndex(({ has }) => has(file));
    return [stage, placeIn([[...first, ...longest], together, last][stage], file)];
}

module.exports = { first, together, last, longest, stages, placeOf };
