import type { Case } from "../case";

const thing = (name: string): string => `pulumi-nodejs:dynamic/test:Thing::${name}`;

export const scope: Case[] = [
    {
        name: "refresh finds what was changed and what is gone, and up mends it",
        program: "drift",
        steps: [
            { run: "up", changes: { create: 6 } },
            { run: "refresh", changes: {} },
            {
                run: "refresh",
                meanwhile: (workspace) => {
                    workspace.write("changed", '"by hand"');
                    workspace.write("ignoring", '"by hand"');
                    workspace.unlink("vanished");
                },
                changes: { update: 2, delete: 1 },
            },
            { run: "preview", changes: { create: 1, update: 2 } },
            { run: "up", changes: { create: 1, update: 1 }, log: ["create vanished", "update changed"] },
            { run: "up", changes: {} },
        ],
    },
    {
        name: "refresh of certain targets only",
        program: "drift",
        steps: [
            { run: "up", changes: { create: 6 } },
            {
                run: "refresh",
                targets: [thing("changed")],
                meanwhile: (workspace) => {
                    workspace.write("changed", '"by hand"');
                    workspace.unlink("vanished");
                },
                changes: { update: 1 },
            },
            { run: "refresh", changes: { delete: 1 } },
        ],
    },
    {
        name: "up of certain targets only",
        program: "targets",
        steps: [
            { run: "up", changes: { create: 6 } },
            { run: "preview", stage: 2, targets: [thing("first")], changes: { update: 1 } },
            { run: "up", stage: 2, targets: [thing("first")], changes: { update: 1 }, log: ["update first"] },
            { run: "up", stage: 2, targets: [thing("new")], changes: { create: 1 }, log: ["create new"] },
            { run: "up", stage: 3, targets: [thing("unwanted")], changes: { delete: 1 }, log: ["delete unwanted"] },
            { run: "up", stage: 3, changes: { update: 3 } },
        ],
    },
    {
        name: "destroy of certain targets only",
        program: "targets",
        steps: [
            { run: "up", changes: { create: 6 } },
            { run: "destroy", targets: [thing("other")], changes: { delete: 1 }, log: ["delete other"] },
            { run: "destroy", targets: [thing("first")], ends: "failed", changes: {}, log: [], says: /second|depend/ },
            { run: "destroy", changes: { delete: 5 } },
        ],
    },
];
