import { withoutDefaults } from "../bridge";
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

/** If only one of `number` (deprecated) and `numeric` is given, it stands for both. */
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

/** The official provider upgrades state by the version of the resource's schema in terraform-provider-random. */
const META = JSON.stringify({ schema_version: "3" });

const derived = ["result", "bcryptHash"];

const wanted = (inputs: Properties): Properties => ({ ...withDefaults(inputs), __meta: META });

/** Go's bcrypt writes version 2a, which is the same algorithm as 2b; cost 10 is its default. */
async function bcrypt(text: string): Promise<string> {
    const { genSalt, hash } = await import("bcryptjs");
    return hash(text, (await genSalt(10)).replace(/^\$2b\$/, "$2a$"));
}

/** random:index/randomPassword:RandomPassword: a random string, and its hash. */
export const randomPassword: ResourceType = {
    secretOutputs: derived,
    async check(olds, news) {
        const { inputs, failures } = checkInputs(fields, olds, news);
        return {
            inputs: withoutDefaults(inputs) as Properties, // its bridge, for the newer SDK of Terraform, notes no defaults
            failures: failures.length > 0 ? failures : checkTogether(inputs),
        };
    },
    async diff(_id, _oldInputs, oldOutputs, newInputs) {
        const diffs = changedFields(fields, withDefaults(oldOutputs), withDefaults(newInputs));
        return { changes: diffs.length > 0, replaces: diffs, diffs, deleteBeforeReplace: false };
    },
    async create(inputs, ctx) {
        if (ctx.preview) return { id: "", outputs: { ...wanted(inputs), ...unknownOutputs(derived) } };
        const rules = { overrideSpecial: "", ...withDefaults(inputs) } as unknown as CharacterRules;
        const result = randomString(rules);
        const id = "none";
        return { id, outputs: { ...wanted(inputs), result, bcryptHash: await bcrypt(result), id } };
    },
    async delete() {
        // A random value exists in the state only.
    },
};
