import { randomUUID } from "node:crypto";
import { withoutDefaults } from "../bridge";
import { changedFields, checkInputs, type Fields } from "../inputs";
import { unknownOutputs, type Properties, type ResourceType } from "../plugin";

const fields: Fields = { keepers: { shape: { map: "string" }, replaces: true } };

/** random:index/randomUuid:RandomUuid: a version 4 UUID (RFC 9562). */
export const randomUuid: ResourceType = {
    secretOutputs: [],
    async check(olds, news) {
        const { inputs, failures } = checkInputs(fields, olds, news);
        return { inputs: withoutDefaults(inputs) as Properties, failures };
    },
    async diff(_id, _oldInputs, oldOutputs, newInputs) {
        const diffs = changedFields(fields, oldOutputs, newInputs);
        return { changes: diffs.length > 0, replaces: diffs, diffs, deleteBeforeReplace: false };
    },
    async create(inputs, ctx) {
        if (ctx.preview) return { id: "", outputs: { ...inputs, ...unknownOutputs(["id", "result"]) } };
        const id = randomUUID();
        return { id, outputs: { ...inputs, id, result: id } };
    },
    async delete() {
        // A random value exists in the state only.
    },
};
