import type { Goal } from "./goal";
import { changedKeys, equalValues, type PropertyMap } from "./properties";
import type { Diff, Provider } from "./provider/provider";
import type { ResourceState } from "./state";
import { nameOfUrn } from "./urn";

/** The steps that turn a resource into what the program wants. */
export type Plan =
    | { op: "create"; inputs: PropertyMap }
    | { op: "same"; inputs: PropertyMap }
    | { op: "update"; inputs: PropertyMap; diffs: string[] }
    | { op: "replace"; inputs: PropertyMap; diffs: string[]; replaces: string[]; deleteFirst: boolean };

function withIgnored(goal: Goal, old: ResourceState): PropertyMap {
    if (goal.ignoreChanges.includes("*")) return old.inputs;
    const inputs = { ...goal.inputs };
    for (const name of goal.ignoreChanges) {
        if (old.inputs[name] === undefined) delete inputs[name];
        else inputs[name] = old.inputs[name];
    }
    return inputs;
}

/** @throws Error listing the faults that the provider found. */
export async function checkInputs(
    provider: Provider,
    urn: string,
    olds: PropertyMap,
    news: PropertyMap,
): Promise<PropertyMap> {
    const { inputs, failures } = await provider.check(urn, olds, news);
    if (failures.length === 0) return inputs;
    const list = failures.map(({ property, reason }) => (property ? `${property}: ${reason}` : reason));
    throw new Error(`${nameOfUrn(urn)}: ${list.join("; ")}`);
}

/** The provider's diff, or, if it can't tell, whether the inputs are the same. */
export async function diffResource(
    provider: Provider,
    urn: string,
    old: { id: string; inputs: PropertyMap; outputs: PropertyMap },
    inputs: PropertyMap,
    ignoreChanges: string[],
): Promise<Diff> {
    const diff = await provider.diff(urn, old, inputs, ignoreChanges);
    if (diff.changes !== "unknown") return diff;
    const diffs = changedKeys(old.inputs, inputs);
    return { ...diff, changes: diffs.length > 0 ? "some" : "none", diffs };
}

/**
 * Decides like the official engine (pulumi/pulumi, pkg/resource/deploy/step_generator.go).
 * @param provider undefined for a component
 * @param forcedBy why it is replaced in any case: it moves to a provider that can't take it over, or a resource that it is
 *   deleted with was replaced
 */
export async function planStep(
    goal: Goal,
    old: ResourceState | undefined,
    provider: Provider | undefined,
    forcedBy: "provider" | "deletedWith" | undefined,
): Promise<Plan> {
    const wanted = old ? withIgnored(goal, old) : goal.inputs;
    if (!provider) {
        if (!old) return { op: "create", inputs: wanted };
        if (equalValues(old.inputs, wanted)) return { op: "same", inputs: wanted };
        return { op: "update", inputs: wanted, diffs: [] };
    }
    const inputs = await checkInputs(provider, goal.urn, old?.inputs ?? {}, wanted);
    if (!old || old.external) return { op: "create", inputs };

    const oldResource = { id: old.id ?? "", inputs: old.inputs, outputs: old.outputs };
    const diff: Diff = forcedBy
        ? { changes: "some", replaces: [forcedBy], diffs: [], deleteBeforeReplace: false }
        : await diffResource(provider, goal.urn, oldResource, inputs, goal.ignoreChanges);
    const { diffs } = diff;
    const forcing = new Set(goal.replaceOnChanges.map((name) => name.replace(/\[\*\]$/, "")));
    const replaces = [
        ...diff.replaces,
        ...(diff.changes === "some" ? diffs.filter((name) => forcing.has(name) || forcing.has("*")) : []),
    ].filter((name, index, all) => all.indexOf(name) === index);
    // A resource that was deleted before its replacement must be made, whatever the program now wants of it.
    if (replaces.length > 0 || old.pendingReplacement) {
        const deleteFirst = goal.deleteBeforeReplace ?? diff.deleteBeforeReplace;
        // Defaults that depend on the old resource, such as generated names, are recomputed for its successor.
        const anew = await checkInputs(provider, goal.urn, {}, wanted);
        return { op: "replace", inputs: anew, diffs, replaces, deleteFirst };
    }
    if (diff.changes === "some" || old.initErrors?.length) return { op: "update", inputs, diffs };
    return { op: "same", inputs };
}
