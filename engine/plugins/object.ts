import { changedFields, checkInputs, sameValue, type Fields } from "./inputs";
import {
    PartialError,
    unknownOutputs,
    type OperationContext,
    type Properties,
    type ResourceType,
    type Value,
} from "./plugin";

/** A resource that is an object on a server: made, looked at, changed and removed by requests. */
export interface ObjectType {
    fields: Fields;
    /** Outputs that are no inputs; a preview does not know them. */
    computed?: string[];
    secretOutputs?: string[];
    /** Outputs that the official provider has of what can't be given here, with what it says where nothing was given. */
    others?: Properties;
    /** Version of the resource's schema in the official provider, where that is not 0: it upgrades state by it. */
    schemaVersion?: string;
    /** Old and new can't exist side by side, as they have one name; true by default. */
    named?: boolean;
    /** The id that a look at the object finds, where an earlier version may have given it another. */
    id?(known: Properties): string;
    /** @returns the id, and what only the answer to this request told. */
    create(inputs: Properties, ctx: OperationContext): Promise<{ id: string; made?: Properties }>;
    /**
     * What the server says of the object, by property: inputs and outputs. Inputs that it does not tell are left out.
     * @returns undefined when the object is gone
     */
    read?(id: string, known: Properties): Promise<Properties | undefined>;
    update?(id: string, olds: Properties, inputs: Properties, ctx: OperationContext): Promise<void>;
    /** Content when there is nothing left to remove. Without it, the object goes with what it is part of. */
    delete?(id: string, outputs: Properties, ctx: OperationContext): Promise<void>;
}

/** Where the server's notation means the same as the program's, the program's stays. */
function asWritten(fields: Fields, inputs: Properties, observed: Properties): Properties {
    const written = { ...observed };
    for (const [name, value] of Object.entries(inputs)) {
        if (value !== undefined && fields[name] && sameValue(fields[name], value, observed[name])) {
            written[name] = value;
        }
    }
    return written;
}

/**
 * Where nothing was given, and the server has nothing, Terraform's SDK says null (terraform-plugin-sdk,
 * helper/schema/grpc_provider.go, normalizeNullValues).
 */
function withNulls(fields: Fields, inputs: Properties, outputs: Properties): Properties {
    const isEmpty = (value: Value): boolean => typeof value === "object" && Object.keys(value ?? {}).length === 0;
    const absent = Object.entries(fields).filter(([name, { computed }]) => {
        const value = outputs[name] ?? null;
        return inputs[name] === undefined && (computed ? value === null : isEmpty(value));
    });
    return { ...outputs, ...Object.fromEntries(absent.map(([name]) => [name, null])) };
}

/** Outputs of which the official provider says nothing. */
export const nulls = (...names: string[]): Properties => Object.fromEntries(names.map((name) => [name, null]));

/** The life of an object as that of a resource. */
export function objectType(type: ObjectType): ResourceType {
    const { fields, computed = [], schemaVersion, others } = type;
    const meta = schemaVersion ? { __meta: JSON.stringify({ schema_version: schemaVersion }) } : {};

    async function outputsOf(id: string, inputs: Properties, kept: Properties = {}): Promise<Properties> {
        const known = { ...inputs, ...kept };
        const observed = type.read ? await type.read(id, known) : {};
        if (!observed) throw new Error(`${id} was removed while it was being made`);
        const outputs = { ...known, ...asWritten(fields, inputs, observed) };
        return { ...others, ...withNulls(fields, inputs, outputs), ...meta };
    }

    return {
        secretOutputs: type.secretOutputs ?? [],
        check: async (olds, news) => checkInputs(fields, olds, news),
        async diff(_id, _oldInputs, oldOutputs, newInputs) {
            const diffs = changedFields(fields, oldOutputs, newInputs);
            const replaces = diffs.filter((name) => fields[name].replaces);
            return { changes: diffs.length > 0, replaces, diffs, deleteBeforeReplace: type.named ?? true };
        },
        async create(inputs, ctx) {
            if (ctx.preview) return { id: "", outputs: { ...unknownOutputs(computed), ...inputs } };
            const { id, made } = await type.create(inputs, ctx);
            try {
                return { id, outputs: await outputsOf(id, inputs, made) };
            } catch (error) {
                throw new PartialError(id, { ...inputs, ...made, ...meta }, (error as Error).message);
            }
        },
        async read(id, inputs, outputs) {
            const observed = type.read ? await type.read(id, outputs) : {};
            if (!observed) return undefined;
            const seen = { ...outputs, ...asWritten(fields, inputs, observed) };
            const asTheyAre = Object.keys(inputs).map((name) => [name, name in seen ? seen[name] : inputs[name]]);
            return { id: type.id?.(seen) ?? id, inputs: Object.fromEntries(asTheyAre) as Properties, outputs: seen };
        },
        async update(id, oldOutputs, newInputs, ctx) {
            const kept: Properties = Object.fromEntries(
                computed.filter((name) => fields[name] === undefined).map((name) => [name, oldOutputs[name]]),
            );
            if (ctx.preview) return { outputs: { ...kept, ...newInputs, ...meta } };
            await type.update?.(id, oldOutputs, newInputs, ctx);
            return { outputs: await outputsOf(id, newInputs, kept) };
        },
        async delete(id, outputs, ctx) {
            await type.delete?.(id, outputs, ctx);
        },
    };
}
