import type { Case } from "../case";

const made = ["create first", "create second", "create extra"];

export const life: Case[] = [
    {
        name: "create, in the order of dependency, with stack outputs",
        program: "life",
        steps: [
            { run: "preview", changes: { create: 4 }, log: [] },
            { run: "up", changes: { create: 4 }, log: made, inOrder: true },
            { run: "up", changes: {}, log: [] },
        ],
    },
    {
        name: "update in place",
        program: "life",
        steps: [
            { run: "up", changes: { create: 4 } },
            { run: "preview", stage: 2, changes: { update: 2 }, log: [] },
            { run: "up", stage: 2, changes: { update: 2 }, log: ["update first", "update second"], inOrder: true },
        ],
    },
    {
        name: "replace: the successor is made before the old one is deleted, last",
        program: "life",
        steps: [
            { run: "up", stage: 2, changes: { create: 4 } },
            { run: "preview", stage: 3, changes: { replace: 2 }, log: [] },
            {
                run: "up",
                stage: 3,
                changes: { replace: 2 },
                log: ["create first", "create second", "delete second", "delete first"],
                inOrder: true,
            },
        ],
    },
    {
        name: "delete before replace, where the provider asks for it, with what depends on it",
        program: "life",
        steps: [
            { run: "up", stage: 3, changes: { create: 4 } },
            { run: "preview", stage: 4, changes: { replace: 2 }, log: [] },
            {
                run: "up",
                stage: 4,
                changes: { replace: 2 },
                log: ["delete second", "delete first", "create first", "create second"],
                inOrder: true,
            },
        ],
    },
    {
        name: "what the program no longer wants is deleted",
        program: "life",
        steps: [
            { run: "up", stage: 4, changes: { create: 4 } },
            { run: "preview", stage: 5, changes: { delete: 1 }, log: [] },
            { run: "up", stage: 5, changes: { delete: 1 }, log: ["delete extra"] },
        ],
    },
    {
        name: "destroy, dependents first, and again",
        program: "life",
        steps: [
            { run: "up", changes: { create: 4 } },
            {
                run: "destroy",
                changes: { delete: 4 },
                log: ["delete extra", "delete second", "delete first"],
                inOrder: true,
            },
            { run: "destroy", changes: {}, log: [] },
        ],
    },
];
