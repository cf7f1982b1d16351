import { isDeepStrictEqual } from "node:util";
import { DEFAULTS } from "./inputs";
import type { Properties, ResourceType, Value } from "./plugin";

/**
 * What the official plugins' bridge to Terraform's providers keeps in outputs to find Terraform's own state again
 * (pulumi/pulumi-terraform-bridge, pkg/tfbridge/rawstate.go). It fits only the outputs that it was made with; without it, the
 * bridge goes by the schema.
 */
const RAW_STATE_DELTA = "__pulumi_raw_state_delta";

/** The same value without what `check` noted down in it. */
export function withoutDefaults(value: Value): Value {
    if (Array.isArray(value)) return value.map(withoutDefaults);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).filter(([name]) => name !== DEFAULTS);
    return Object.fromEntries(entries.map(([name, item]) => [name, item && withoutDefaults(item)]));
}

/** Outputs as the bridge gives them: with the id, and without what belongs to inputs or fits no more. */
function bridgedOutputs(id: string, outputs: Properties): Properties {
    const { [RAW_STATE_DELTA]: _fitsNoMore, ...rest } = outputs;
    return { ...(withoutDefaults(rest as Value) as Properties), ...(id && { id }) };
}

function bridgedType(type: ResourceType): ResourceType {
    const { create, read, update } = type;
    return {
        ...type,
        async create(inputs, ctx) {
            const { id, outputs } = await create(inputs, ctx);
            return { id, outputs: bridgedOutputs(id, outputs) };
        },
        read:
            read &&
            (async (id, inputs, outputs) => {
                const found = await read(id, inputs, outputs);
                if (!found) return undefined;
                const seen = bridgedOutputs(found.id, found.outputs);
                const isSame = isDeepStrictEqual(seen, bridgedOutputs(id, outputs));
                return { ...found, outputs: isSame ? outputs : seen };
            }),
        update:
            update &&
            (async (id, oldOutputs, newInputs, ctx) => {
                const { outputs } = await update(id, oldOutputs, newInputs, ctx);
                return { outputs: bridgedOutputs(id, outputs) };
            }),
    };
}

/** The types of a plugin whose official counterpart is made of a provider for Terraform. */
export const bridged = (types: Record<string, ResourceType>): Record<string, ResourceType> =>
    Object.fromEntries(Object.entries(types).map(([token, type]) => [token, bridgedType(type)]));
