import { UNKNOWN_VALUE, type PropertyMap } from "./properties";
import type { ProviderRegistry } from "./provider/registry";
import type { ResourceState, Snapshot } from "./state";
import { diffResource } from "./steps";
import { parseProviderReference } from "./urn";

/**
 * Resources that must be removed before `root`, because its removal forces their replacement: those that are deleted with it,
 * those whose provider is removed, and those with an input that comes from it and for which their provider requires a
 * replacement. In the order of dependency, with the properties that force it. As in the official engine (pulumi/pulumi,
 * pkg/resource/deploy/step_generator.go, calculateDependentReplacements).
 */
export async function dependentReplacements(
    root: ResourceState,
    snapshot: Snapshot,
    registry: ProviderRegistry,
    registered: ReadonlySet<string>,
): Promise<{ state: ResourceState; replaces: string[] }[]> {
    const going = new Set([root.urn]);
    const result: { state: ResourceState; replaces: string[] }[] = [];
    for (const state of snapshot.remaining()) {
        if (!state.custom || state.external || state.delete || state.pendingReplacement) continue;
        if (state.urn === root.urn || registered.has(state.urn)) continue;
        const carriers = [state.deletedWith, state.provider && parseProviderReference(state.provider).urn];
        if (carriers.some((urn) => urn && going.has(urn))) {
            going.add(state.urn);
            result.push({ state, replaces: [] });
            continue;
        }
        if (!state.provider) continue;
        const inputs: PropertyMap = { ...state.inputs };
        let affected = false;
        for (const [property, urns] of Object.entries(state.propertyDependencies ?? {})) {
            if (!urns.some((urn) => going.has(urn))) continue;
            affected = true;
            inputs[property] = UNKNOWN_VALUE;
        }
        if (!affected) continue;
        const provider = await registry.get(state.provider);
        const old = { id: state.id ?? "", inputs: state.inputs, outputs: state.outputs };
        const diff = await diffResource(provider, state.urn, old, inputs, state.ignoreChanges ?? []);
        if (diff.replaces.length === 0) continue;
        going.add(state.urn);
        result.push({ state, replaces: diff.replaces });
    }
    return result;
}
