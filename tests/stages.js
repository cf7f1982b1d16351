"use strict";

/**
 * The files that work on the stack of the tests, `KIND/NAME`, in their order: first what needs it untouched, then what uses it, then
 * what does not disturb others, side by side, and last what changes or breaks it. `recovery` leaves the stack with its own
 * configuration, `crash` after it makes it anew. `ca-roll` leaves a generation of the CA that the configuration does not have, so that a
 * restore comes before it. A file that is in no stage is one that uses the stack.
 */
const first = ["functional/bad-config", "functional/up"];
const together = [
    "access",
    "bans",
    "edge",
    "leaks",
    "limits",
    "networks",
    "output",
    "processes",
    "responses",
    "torture",
].map((name) => `security/${name}`);
const last = [
    ...["security/plain-sip", "security/requests", "functional/comes-back", "functional/day-two", "functional/drift"],
    "functional/recovery",
    ...["functional/crash", "functional/restore", "functional/ca-roll", "functional/destroy"],
];

/** jest runs one stage after the other, as each has a runner of its own. */
const stages = [
    { name: "use", isSerial: true, has: (file) => !together.includes(file) && !last.includes(file) },
    { name: "together", isSerial: false, has: (file) => together.includes(file) },
    { name: "last", isSerial: true, has: (file) => last.includes(file) },
];

/** The stage of a file, by its number, and the place within: jest runs stages in the order of their first files. */
const placeOf = (file) => [
    stages.findIndex((stage) => stage.has(file)),
    last.includes(file) ? last.indexOf(file) : first.indexOf(file) + 1 || first.length + 1,
];

module.exports = { first, together, last, stages, placeOf };
