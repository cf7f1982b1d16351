import type { Case } from "../case";

const pin = { pin: "1234" };

export const values: Case[] = [
    {
        name: "secret config, secrets in inputs and outputs, additionalSecretOutputs",
        program: "secrets",
        steps: [
            { run: "preview", secrets: pin, changes: { create: 5 } },
            {
                run: "up",
                secrets: pin,
                changes: { create: 5 },
                outputs: {
                    token: "token-of-named",
                    openSize: 26,
                    mixed: { plain: 1, secret: "1234" },
                    text: "pin 1234",
                },
            },
            { run: "up", secrets: pin, changes: {} },
            { run: "up", stage: 2, secrets: { pin: "5678" }, changes: { update: 1 }, log: ["update sealed"] },
            { run: "refresh", secrets: { pin: "5678" }, changes: {} },
            { run: "destroy", secrets: { pin: "5678" }, changes: { delete: 5 } },
        ],
    },
    {
        name: "unknown values in a preview, of a new stack and of replacements",
        program: "unknowns",
        steps: [
            { run: "preview", changes: { create: 5 } },
            { run: "up", changes: { create: 5 } },
            { run: "preview", stage: 2, changes: { replace: 1, update: 3 } },
            { run: "preview", stage: 3, changes: { replace: 2, update: 2 } },
            { run: "up", stage: 3, changes: { replace: 1, update: 1 } },
        ],
    },
];
