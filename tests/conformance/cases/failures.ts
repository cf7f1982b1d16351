import type { Case } from "../case";

const how = (failing: string, kind: string, more: Record<string, string | boolean> = {}) => ({
    failing,
    how: kind,
    ...more,
});

export const failures: Case[] = [
    {
        name: "a creation that fails: what was made is kept, the next run does the rest",
        program: "failures",
        steps: [
            {
                run: "up",
                config: how("second", "create"),
                ends: "failed",
                changes: { create: 2 },
                log: ["create first", "create second"],
                says: /second was told to fail/,
            },
            { run: "up", changes: { create: 2 }, log: ["create second", "create third"] },
        ],
    },
    {
        name: "a creation that fails half-way: the resource is kept, and made whole by an update",
        program: "failures",
        steps: [
            {
                run: "up",
                config: how("second", "half"),
                ends: "failed",
                changes: { create: 2 },
                says: /not ready|half/,
            },
            { run: "preview", changes: { create: 1, update: 1 }, log: [] },
            { run: "up", changes: { create: 1, update: 1 }, log: ["update second", "create third"] },
        ],
    },
    {
        name: "an update that fails leaves the resource as it was",
        program: "failures",
        steps: [
            { run: "up", changes: { create: 4 } },
            { run: "up", config: how("second", "update"), ends: "failed", changes: {}, says: /second was told/ },
            { run: "up", config: { value: "two" }, changes: { update: 2 } },
        ],
    },
    {
        name: "a deletion that fails leaves it, and what it depends on",
        program: "failures",
        steps: [
            { run: "up", config: how("second", "delete"), changes: { create: 4 } },
            { run: "destroy", ends: "failed", changes: { delete: 1 }, says: /second was told/ },
            { run: "up", changes: { create: 1, update: 1 } },
            { run: "destroy", changes: { delete: 4 } },
        ],
    },
    {
        name: "a replacement that can't be made after its deletion is made by the next run",
        program: "failures",
        steps: [
            { run: "up", config: { kind: "a" }, changes: { create: 4 } },
            {
                run: "up",
                config: { kind: "b", ...how("second", "create") },
                ends: "failed",
                // As the official engine counts it: the replacement was begun.
                changes: { replace: 2 },
                log: ["create first", "delete second", "create second"],
            },
            { run: "up", config: { kind: "b" }, changes: { replace: 1, update: 1 } },
            { run: "up", config: { kind: "b" }, changes: {} },
        ],
    },
    {
        name: "a check that fails: nothing of the resource is touched",
        program: "failures",
        steps: [
            {
                run: "preview",
                config: how("first", "check"),
                ends: "failed",
                changes: { create: 1 },
                says: /told to fail the check/,
            },
            {
                run: "up",
                config: how("first", "check"),
                ends: "failed",
                changes: { create: 1 },
                log: [],
                says: /told to fail the check/,
            },
        ],
    },
    {
        name: "a program that ends with an error deletes nothing",
        program: "broken",
        steps: [
            { run: "up", changes: { create: 2 } },
            { run: "preview", stage: 2, ends: "failed", changes: {}, says: /found something wrong/ },
            { run: "up", stage: 2, ends: "failed", changes: {}, log: [], says: /found something wrong/ },
            { run: "up", stage: 3, ends: "failed", changes: {}, log: [], says: /has a fault/ },
        ],
    },
    {
        name: "cancelled by SIGINT: what is under way is finished and recorded",
        program: "slow",
        steps: [
            {
                run: "up",
                config: { slow: 3000 },
                interruptAt: "create second",
                ends: "interrupted",
                changes: { create: 3 },
            },
            { run: "up", config: { slow: 3000 }, changes: { create: 1 }, log: ["create third"] },
            { run: "destroy", changes: { delete: 4 } },
        ],
    },
];
