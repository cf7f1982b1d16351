import type { Case } from "../case";

export const options: Case[] = [
    {
        name: "ignoreChanges, replaceOnChanges, deleteBeforeReplace, customTimeouts",
        program: "changes",
        steps: [
            { run: "up", changes: { create: 10 } },
            { run: "preview", stage: 2, changes: { replace: 4, update: 1 }, log: [] },
            {
                run: "up",
                stage: 2,
                changes: { replace: 4, update: 1 },
                log: [
                    ...["create replacing", "delete replacing", "create replacing-all", "delete replacing-all"],
                    ...["delete dependent", "delete deleted-first", "create deleted-first", "create dependent"],
                    "update updating",
                ],
            },
            { run: "up", stage: 2, changes: {} },
        ],
    },
    {
        name: "protect, retainOnDelete, deletedWith",
        program: "kept",
        steps: [
            { run: "up", changes: { create: 5 } },
            { run: "up", stage: 2, ends: "failed", changes: {}, log: [], says: /guarded/ },
            { run: "up", stage: 3, ends: "failed", changes: {}, log: [], says: /guarded/ },
            { run: "up", stage: 4, changes: { replace: 1 }, log: ["create retained"] },
            { run: "up", stage: 5, changes: { delete: 3 }, log: ["delete guarded", "delete with-host"] },
            { run: "up", stage: 6, changes: { delete: 1 }, log: ["delete host"] },
        ],
    },
    {
        name: "destroy leaves what is protected",
        program: "kept",
        steps: [
            { run: "up", changes: { create: 5 } },
            { run: "destroy", ends: "failed", changes: { delete: 3 }, log: ["delete host"], says: /guarded/ },
        ],
    },
    {
        name: "deletedWith: what goes with its host is not deleted by itself",
        program: "kept",
        steps: [
            { run: "up", stage: 4, changes: { create: 5 } },
            { run: "destroy", changes: { delete: 5 }, log: ["delete guarded", "delete host"] },
        ],
    },
    {
        name: "deletedWith: what goes with a host that is replaced is made anew, and not deleted by itself",
        program: "carried",
        steps: [
            { run: "up", changes: { create: 6 } },
            { run: "preview", stage: 2, changes: { replace: 5 }, log: [] },
            {
                run: "up",
                stage: 2,
                changes: { replace: 5 },
                log: ["delete host", ...["host", "with-host", "with-both", "with-own"].map((name) => `create ${name}`)],
            },
            { run: "up", stage: 2, changes: {} },
            {
                run: "up",
                stage: 3,
                changes: { replace: 5 },
                log: ["delete host", ...["host", "with-host", "with-both", "with-own"].map((name) => `create ${name}`)],
            },
            { run: "up", stage: 3, changes: {} },
        ],
    },
    {
        name: "aliases: by name, type, parent and URN; a renamed parent's children keep their identity",
        program: "identity",
        steps: [
            { run: "up", changes: { create: 9 } },
            { run: "preview", stage: 2, changes: { create: 1, delete: 1 }, log: [] },
            {
                run: "up",
                stage: 2,
                changes: { create: 1, delete: 1 },
                log: ["create forgotten", "delete forgotten"],
                inOrder: true,
            },
            { run: "up", stage: 2, changes: {} },
            { run: "destroy", changes: { delete: 9 } },
        ],
    },
    {
        name: "components and their children",
        program: "components",
        steps: [
            { run: "up", changes: { create: 8 } },
            { run: "up", stage: 2, changes: { update: 2 }, log: ["update outer-inner-leaf"] },
            { run: "up", stage: 3, changes: { delete: 3 }, log: ["delete gone-leaf", "delete outer-side"] },
            { run: "destroy", changes: { delete: 5 }, log: ["delete after", "delete outer-inner-leaf"], inOrder: true },
        ],
    },
    {
        name: "explicit providers with a configuration of their own",
        program: "providers",
        steps: [
            { run: "preview", changes: { create: 7 } },
            { run: "up", changes: { create: 7 } },
            { run: "up", stage: 2, changes: { update: 1 }, log: [] },
            { run: "up", stage: 3, changes: { delete: 1 }, log: [] },
            { run: "destroy", changes: { delete: 6 } },
        ],
    },
    {
        name: "a resource that is looked up is read, never changed, and let go",
        program: "lookup",
        steps: [
            {
                run: "up",
                meanwhile: (workspace) => workspace.write("elsewhere", '"as found"'),
                changes: { create: 3 },
                log: ["create copy", "create made"],
            },
            { run: "up", changes: {} },
            { run: "up", stage: 3, changes: { delete: 1, discard: 1 }, log: ["delete copy"] },
            { run: "destroy", changes: { delete: 2 }, log: ["delete made"] },
        ],
    },
];
