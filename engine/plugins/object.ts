import { changedFields, checkInputs, sameValue, type Fields } from "./inputs";
import {
    PartialError,
    unknownOutputs,
    type OperationContext,
    type Properties,
    type ResourceType,
    type Value,
} from "./plugin";

/** A resource that is an object on a server: made, read, changed and removed by requests. */
export interface ObjectType {
    fields: Fields;
    /** Outputs that are not inputs; a preview does not know them. */
    computed?: string[];
    secretOutputs?: string[];
    /** The official provider's outputs for inputs that are not supported here, with their values when nothing is given. */
    others?: Properties;
    /** Version of the resource's schema in the official provider, if not 0: it upgrades state by it. */
    schemaVersion?: string;
    /** Old and new can't coexist, as they have the same name; true by default. */
    named?: boolean;
    /** The id that a read of the object returns, if an earlier version may have given it another. */
    id?(known: Properties): string;
    /** @returns the id, and what only the answer to this request contains. */
    create(inputs: Properties, ctx: OperationContext): Promise<{ id: string; made?: Properties }>;
    /**
     * The server's report of the object, by property: inputs and outputs. Inputs that it does not report are left out.
     * @returns undefined if the object is gone
     */
    read?(id: string, known: Properties): Promise<Properties | undefined>;
    update?(id: string, olds: Properties, inputs: Properties, ctx: OperationContext): Promise<void>;
    /** Succeeds if there is nothing left to remove. Without it, the object is removed with its parent. */
    delete?(id: string, outputs: Properties, ctx: OperationContext): Promise<void>;
}

/** If the server's notation means the same as the program's, keeps the program's, or else the usual one. */
function asWritten(fields: Fields, inputs: Properties, observed: Properties): Properties {
    const written = { ...observed };
    for (const [name, value] of Object.entries(inputs)) {
        if (value !== undefined && fields[name] && sameValue(fields[name], value, observed[name])) {
            const given = fields[name].normal?.(value) ?? value;
            // the server reports what is not given inside of an object
            const { shape } = fields[name];
            const isInside = typeof shape === "object" && "object" in shape;
            written[name] = isInside ? { ...(observed[name] as Properties), ...(given as Properties) } : given;
        }
    }
    return written;
}

/**
 * If nothing was given and the server has nothing, Terraform's SDK returns the default, else null (terraform-plugin-sdk,
 * helper/schema/grpc_provider.go, normalizeNullValues).
 */
function withNulls(fields: Fields, inputs: Properties, outputs: Properties): Properties {
    const isEmpty = (value: Value): boolean => typeof value === "object" && Object.keys(value ?? {}).length === 0;
    const absent = Object.entries(fields).filter(([name, { computed }]) => {
        const value = outputs[name] ?? null;
        const isGiven = inputs[name] !== undefined && !isEmpty(inputs[name]);
        return !isGiven && (computed ? value === null : isEmpty(value));
    });
    const said = absent.map(([name, field]): [string, Value] => [name, field.default ?? null]);
    return { ...outputs, ...Object.fromEntries(said) };
}

/** Outputs without a value in the official provider. */
export const nulls = (...names: string[]): Properties => Object.fromEntries(names.map((name) => [name, null]));

/** Makes a resource type from an object type. */
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
