import { changedFields, checkInputs, type Fields } from "../inputs";
import { hasUnknown, unknownOutputs, type CheckFailure, type Properties, type ResourceType } from "../plugin";
import { randomString, type CharacterRules } from "./characters";

const flag = { shape: "boolean", replaces: true, computed: true } as const;
const count = { shape: "integer", replaces: true, computed: true, atLeast: 0 } as const;

const fields: Fields = {
    keepers: { shape: { map: "string" }, replaces: true },
    length: { shape: "integer", required: true, replaces: true, atLeast: 1 },
    special: flag,
    upper: flag,
    lower: flag,
    number: flag,
    numeric: flag,
    minNumeric: count,
    minUpper: count,
    minLower: count,
    minSpecial: count,
    overrideSpecial: { shape: "string", replaces: true },
};

/** Where `number` (deprecated) and `numeric` are not both given, one stands for the other. */
function withDefaults(inputs: Properties): Properties {
    const numeric = inputs.numeric ?? inputs.number ?? true;
    return {
        special: true,
        upper: true,
        lower: true,
        minNumeric: 0,
        minUpper: 0,
        minLower: 0,
        minSpecial: 0,
        ...inputs,
        number: inputs.number ?? numeric,
        numeric,
    };
}

function checkTogether(inputs: Properties): CheckFailure[] {
    const all = withDefaults(inputs);
    if (Object.values(all).some(hasUnknown)) return [];
    const failures: CheckFailure[] = [];
    const least = ["minUpper", "minLower", "minNumeric", "minSpecial"].reduce((sum, key) => sum + Number(all[key]), 0);
    if (Number(all.length) < least) {
        const reason = `length is ${Number(all.length)}, must be at least minUpper + minLower + minNumeric + minSpecial = ${least}`;
        failures.push({ property: "length", reason });
    }
    if (all.number !== all.numeric) {
        failures.push({
            property: "numeric",
            reason: "number and numeric differ; number is deprecated, give numeric only",
        });
    }
    if (!all.special && !all.upper && !all.lower && !all.numeric) {
        failures.push({ property: "numeric", reason: "one of special, upper, lower and numeric must be true" });
    }
    return failures;
}

export interface TextType {
    /** Version of the resource's schema in terraform-provider-random; the official provider upgrades state by it. */
    schemaVersion: string;
    secretOutputs: string[];
    /** The outputs that are made of the random text, and the id. */
    derive(text: string): Promise<{ id: string; outputs: Properties }>;
    /** Names of those outputs, for a preview. */
    derived: string[];
}

/** A resource that is a random string: random:index/randomPassword:RandomPassword and .../randomString:RandomString. */
export function textType(type: TextType): ResourceType {
    const wanted = (inputs: Properties): Properties => ({
        ...withDefaults(inputs),
        __meta: JSON.stringify({ schema_version: type.schemaVersion }),
    });
    return {
        secretOutputs: type.secretOutputs,
        async check(olds, news) {
            const { inputs, failures } = checkInputs(fields, olds, news);
            return { inputs, failures: failures.length > 0 ? failures : checkTogether(inputs) };
        },
        async diff(_id, _oldInputs, oldOutputs, newInputs) {
            const diffs = changedFields(fields, withDefaults(oldOutputs), withDefaults(newInputs));
            return { changes: diffs.length > 0, replaces: diffs, diffs, deleteBeforeReplace: false };
        },
        async create(inputs, ctx) {
            if (ctx.preview) {
                return { id: "", outputs: { ...wanted(inputs), ...unknownOutputs(type.derived) } };
            }
            const rules = { overrideSpecial: "", ...withDefaults(inputs) } as unknown as CharacterRules;
            const { id, outputs } = await type.derive(randomString(rules));
            return { id, outputs: { ...wanted(inputs), ...outputs, id } };
        },
        async delete() {
            // A random value lives in the state only.
        },
    };
}
