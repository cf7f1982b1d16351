import { UnreachableError } from "../clients/unreachable";
import { withSecretOutputs } from "./creation";
import type { Executor } from "./executor";
import { changedKeys } from "./properties";
import type { ProviderRegistry } from "./provider/registry";
import { diffResource } from "./steps";
import { sameState, type ResourceState } from "./state";
import { isProviderType, nameOfUrn } from "./urn";

const orNothing = (urns: string[] | undefined): string[] | undefined => (urns?.length ? urns : undefined);

/**
 * Removes references to resources that are gone, so that the state stays consistent. As the official engine does after every
 * refresh, also removes the names of properties that depend on nothing.
 */
function without(state: ResourceState, gone: ReadonlySet<string>): ResourceState {
    const keep = (urns: string[]): string[] => urns.filter((urn) => !gone.has(urn));
    const { parent, deletedWith, dependencies, propertyDependencies } = state;
    const depending = Object.entries(propertyDependencies ?? {})
        .map(([name, urns]) => [name, keep(urns)] as const)
        .filter(([, urns]) => urns.length > 0);
    const result: ResourceState = {
        ...state,
        parent: parent && gone.has(parent) ? undefined : parent,
        deletedWith: deletedWith && gone.has(deletedWith) ? undefined : deletedWith,
        dependencies: orNothing(dependencies && keep(dependencies)),
        propertyDependencies: depending.length > 0 ? Object.fromEntries(depending) : undefined,
    };
    return sameState(state, result) ? state : result;
}

/** Reads every resource as it really is, and updates the state. */
export class Refresh {
    constructor(
        private readonly executor: Executor,
        private readonly registry: ProviderRegistry,
        private readonly targets: ReadonlySet<string>,
    ) {}

    async run(): Promise<void> {
        const { snapshot, save } = this.executor;
        this.executor.keepGoing = true;
        const looked = snapshot
            .resources()
            .filter((state) => !state.delete && (!this.targets.size || this.targets.has(state.urn)));
        const results = await Promise.allSettled(looked.map((state) => this.refresh(state)));
        const gone = new Set(looked.filter((_, index) => isGone(results[index])).map((state) => state.urn));
        for (const state of snapshot.resources()) snapshot.exchange(state, without(state, gone));
        await save();
    }

    /** @returns the resource as it is; undefined if it is gone */
    private async refresh(old: ResourceState): Promise<ResourceState | undefined> {
        let diffs: string[] = [];
        return this.executor.run(
            { op: "refresh", old, new: old },
            async () => {
                const found = await this.look(old);
                if (found && found !== old) diffs = await this.drift(old, found);
                return found;
            },
            (found) => {
                if (found) this.executor.snapshot.exchange(old, found);
                else this.executor.snapshot.remove(old);
            },
            (found) => {
                const result = found ? (diffs.length > 0 ? "update" : "same") : "delete";
                return { op: "refresh", old, new: found, diffs, result };
            },
        );
    }

    private async look(old: ResourceState): Promise<ResourceState | undefined> {
        if (!old.custom || isProviderType(old.type) || old.pendingReplacement) return old;
        const provider = await this.registry.get(old.provider ?? "");
        const before = { id: old.id ?? "", inputs: old.inputs, outputs: old.outputs };
        try {
            const found = await provider.read(old.urn, before, old.customTimeouts?.read);
            if (!found) return undefined;
            const state = withSecretOutputs({ ...old, ...found });
            return sameState(old, state) ? old : { ...state, modified: new Date().toISOString() };
        } catch (error) {
            if (!(error instanceof UnreachableError)) throw error;
            const message = `${nameOfUrn(old.urn)} is kept as the state has it: ${error.message}`;
            this.executor.events.diagnostic("warning", message, old.urn);
            return old;
        }
    }

    /** What an `up` of the unchanged program would repair; property names, empty for no drift. */
    private async drift(old: ResourceState, found: ResourceState): Promise<string[]> {
        const provider = await this.registry.get(old.provider ?? "");
        const after = { id: found.id ?? "", inputs: found.inputs, outputs: found.outputs };
        const diff = await diffResource(provider, old.urn, after, old.inputs, old.ignoreChanges ?? []);
        if (diff.changes !== "some" && diff.replaces.length === 0) return [];
        const outputs = changedKeys(old.outputs, found.outputs);
        return [...new Set([...diff.diffs, ...diff.replaces, ...changedKeys(old.inputs, found.inputs), ...outputs])];
    }
}

const isGone = (result: PromiseSettledResult<ResourceState | undefined>): boolean =>
    result.status === "fulfilled" && result.value === undefined;
