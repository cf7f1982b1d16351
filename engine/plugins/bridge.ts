import { isDeepStrictEqual } from "node:util";
import { DEFAULTS, isObject } from "./inputs";
import { PartialError, type Properties, type ResourceType, type Value } from "./plugin";

/**
 * The official plugins' bridge to Terraform's providers keeps this in outputs to restore Terraform's own state
 * (pulumi/pulumi-terraform-bridge, pkg/tfbridge/rawstate.go). It fits only the outputs that it was made with; without it, the
 * bridge uses the schema.
 */
const RAW_STATE_DELTA = "__pulumi_raw_state_delta";

/** The same value without the notes of `check`. */
export function withoutDefaults(value: Value): Value {
    if (Array.isArray(value)) return value.map(withoutDefaults);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).filter(([name]) => name !== DEFAULTS);
    return Object.fromEntries(entries.map(([name, item]) => [name, item && withoutDefaults(item)]));
}

/**
 * Inputs found by a read: a changed value is no longer a default, so the next `check` fills it in again, and the drift is a
 * change (pulumi/pulumi-terraform-bridge, pkg/tfbridge/schema.go, extractInputsObject).
 */
function withLastingDefaults(before: Value | undefined, seen: Value): Value {
    if (Array.isArray(before) && Array.isArray(seen)) {
        return seen.map((item, index) => withLastingDefaults(before[index], item));
    }
    if (!isObject(before) || !isObject(seen)) return seen;
    const members = Object.entries(seen).filter(([name]) => name !== DEFAULTS);
    const inside = members.map(([name, item]) => [name, item && withLastingDefaults(before[name], item)]);
    const filledIn = before[DEFAULTS] as string[] | undefined;
    const isSame = (name: string): boolean => isDeepStrictEqual(before[name], seen[name]);
    return {
        ...(Object.fromEntries(inside) as Properties),
        ...(filledIn && { [DEFAULTS]: filledIn.filter(isSame) }),
    };
}

/** Outputs in the bridge's form: with the id, and without what belongs to inputs or no longer fits. */
function bridgedOutputs(id: string, outputs: Properties): Properties {
    const kept: Properties = { ...(withoutDefaults(outputs) as object), ...(id && { id }) };
    delete kept[RAW_STATE_DELTA];
    return kept;
}

/** The type's own answer, or its half-made resource. */
async function bridgedAnswer<T extends { id?: string; outputs: Properties }>(answer: Promise<T>, id = ""): Promise<T> {
    try {
        const made = await answer;
        return { ...made, outputs: bridgedOutputs(made.id ?? id, made.outputs) };
    } catch (error) {
        if (!(error instanceof PartialError)) throw error;
        throw new PartialError(error.id, bridgedOutputs(error.id, error.outputs), error.message);
    }
}

function bridgedType(type: ResourceType): ResourceType {
    const result: ResourceType = {
        ...type,
        create: (inputs, ctx) => bridgedAnswer(type.create(inputs, ctx)),
    };
    if (type.read) {
        result.read = async (id, inputs, outputs) => {
            const found = await type.read!(id, inputs, outputs);
            if (!found) return undefined;
            const seen = bridgedOutputs(found.id, found.outputs);
            const isSame = isDeepStrictEqual(seen, bridgedOutputs(id, outputs));
            return {
                ...found,
                inputs: withLastingDefaults(inputs, found.inputs) as Properties,
                outputs: isSame ? outputs : seen,
            };
        };
    }
    if (type.update) {
        result.update = (id, oldOutputs, newInputs, ctx) =>
            bridgedAnswer(type.update!(id, oldOutputs, newInputs, ctx), id);
    }
    return result;
}

/** The types of a plugin whose official counterpart is based on a Terraform provider. */
export const bridged = (types: Record<string, ResourceType>): Record<string, ResourceType> =>
    Object.fromEntries(Object.entries(types).map(([token, type]) => [token, bridgedType(type)]));
