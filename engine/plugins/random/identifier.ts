import { randomBytes, randomUUID } from "node:crypto";
import { changedFields, checkInputs, type Fields } from "../inputs";
import { unknownOutputs, type Properties, type ResourceType } from "../plugin";

const keepers = { shape: { map: "string" }, replaces: true } as const;

function identifierType(fields: Fields, derived: string[], derive: (inputs: Properties) => Properties): ResourceType {
    return {
        secretOutputs: [],
        check: async (olds, news) => checkInputs(fields, olds, news),
        async diff(_id, _oldInputs, oldOutputs, newInputs) {
            const diffs = changedFields(fields, oldOutputs, newInputs);
            return { changes: diffs.length > 0, replaces: diffs, diffs, deleteBeforeReplace: false };
        },
        async create(inputs, ctx) {
            const outputs = ctx.preview ? unknownOutputs(derived) : derive(inputs);
            return { id: ctx.preview ? "" : (outputs.id as string), outputs: { ...inputs, ...outputs } };
        },
        async delete() {
            // A random value lives in the state only.
        },
    };
}

/** random:index/randomId:RandomId: random bytes in four notations, each with `prefix` before it. */
export const randomId = identifierType(
    {
        keepers,
        byteLength: { shape: "integer", required: true, replaces: true, atLeast: 1 },
        prefix: { shape: "string", replaces: true },
    },
    ["id", "b64Url", "b64Std", "hex", "dec"],
    (inputs) => {
        const bytes = randomBytes(Number(inputs.byteLength));
        const prefix = (inputs.prefix as string | undefined) ?? "";
        const id = bytes.toString("base64url");
        return {
            id,
            b64Url: prefix + id,
            b64Std: prefix + bytes.toString("base64"),
            hex: prefix + bytes.toString("hex"),
            dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
        };
    },
);

/** random:index/randomUuid:RandomUuid: a version 4 UUID (RFC 9562). */
export const randomUuid = identifierType({ keepers }, ["id", "result"], () => {
    const id = randomUUID();
    return { id, result: id };
});
