import type { Executor, Step } from "./executor";
import type { Goal } from "./goal";
import { containsUnknowns, equalValues, secret, UNKNOWN_VALUE, type PropertyMap } from "./properties";
import type { Provider } from "./provider/provider";
import type { ProviderRegistry } from "./provider/registry";
import { ProviderResources } from "./provider/resource";
import type { Removal } from "./removal";
import { dependentReplacements } from "./replacements";
import { sameState, type ResourceState } from "./state";
import type { Plan } from "./steps";
import { nameOfUrn } from "./urn";

const orNothing = <T>(list: T[]): T[] | undefined => (list.length > 0 ? list : undefined);

function stateOf(goal: Goal, inputs: PropertyMap, provider: string | undefined, old?: ResourceState): ResourceState {
    return {
        urn: goal.urn,
        custom: goal.custom,
        id: old?.id,
        type: goal.type,
        inputs,
        outputs: old?.outputs ?? {},
        parent: goal.parent,
        protect: goal.protect || undefined,
        dependencies: orNothing(goal.dependencies),
        provider,
        propertyDependencies: Object.keys(goal.propertyDependencies).length > 0 ? goal.propertyDependencies : undefined,
        additionalSecretOutputs: orNothing(goal.additionalSecretOutputs),
        customTimeouts: goal.customTimeouts,
        retainOnDelete: goal.retainOnDelete || undefined,
        deletedWith: goal.deletedWith,
        ignoreChanges: orNothing(goal.ignoreChanges),
        replaceOnChanges: orNothing(goal.replaceOnChanges),
        created: old?.created,
        modified: old?.modified,
    };
}

/** Marks the outputs that the program declares secret. */
export function withSecretOutputs(state: ResourceState): ResourceState {
    const outputs = { ...state.outputs };
    for (const name of state.additionalSecretOutputs ?? []) {
        if (outputs[name] !== undefined) outputs[name] = secret(outputs[name]);
    }
    return { ...state, outputs };
}

/** Carries out the plan of one resource. */
export class Creation {
    /** Properties that force the replacement of resources that were deleted with one that they depend on. */
    private readonly forced = new Map<string, string[]>();
    /** URNs of resources that were replaced in this run. */
    private readonly replaced = new Set<string>();

    constructor(
        private readonly executor: Executor,
        private readonly registry: ProviderRegistry,
        private readonly removal: Removal,
        private readonly registered: ReadonlySet<string>,
    ) {}

    /** Whether the resource was replaced in this run: then resources that are deleted with it must be recreated. */
    isReplaced(urn: string | undefined): boolean {
        return urn !== undefined && this.replaced.has(urn);
    }

    /** @returns the resulting resource */
    async carryOut(
        plan: Plan,
        goal: Goal,
        old: ResourceState | undefined,
        provider: Provider | undefined,
        providerReference: string | undefined,
    ): Promise<ResourceState> {
        if (!this.executor.preview && containsUnknowns(plan.inputs)) {
            throw new Error(`${nameOfUrn(goal.urn)} depends on a resource that does not exist and is not a target`);
        }
        switch (plan.op) {
            case "same":
                return this.keep(plan.inputs, goal, old!, provider, providerReference);
            case "create":
                return this.create("create", plan, stateOf(goal, plan.inputs, providerReference), old, provider);
            case "update":
                return this.update(plan, goal, old!, provider, providerReference);
            case "replace":
                return this.replace(plan, goal, old!, provider, providerReference);
        }
    }

    private async keep(
        inputs: PropertyMap,
        goal: Goal,
        old: ResourceState,
        provider: Provider | undefined,
        providerReference: string | undefined,
    ): Promise<ResourceState> {
        if (provider instanceof ProviderResources) await provider.same(goal.urn, inputs);
        const wanted = withSecretOutputs(stateOf(goal, inputs, providerReference, old));
        const state = sameState(old, wanted) ? old : wanted;
        await this.executor.same(old, state);
        return state;
    }

    private async create(
        op: "create" | "create-replacement",
        plan: { inputs: PropertyMap; diffs?: string[]; replaces?: string[] },
        wanted: ResourceState,
        old: ResourceState | undefined,
        provider: Provider | undefined,
    ): Promise<ResourceState> {
        const { preview, snapshot } = this.executor;
        for (const halfMade of snapshot.halfMade().filter(({ urn }) => urn === wanted.urn)) {
            if (!equalValues(halfMade.inputs, wanted.inputs)) await this.removal.discard(halfMade);
        }
        const { diffs, replaces } = plan;
        const replaced = op === "create-replacement" ? old : undefined;
        const made = await this.executor.run(
            { op, old: replaced, new: wanted, diffs, replaces, pending: provider ? "creating" : undefined },
            async () => {
                const now = new Date().toISOString();
                if (!provider) return { ...wanted, created: now, modified: now };
                const options = { preview, timeoutSeconds: wanted.customTimeouts?.create };
                const { id, outputs } = await provider.create(wanted.urn, wanted.inputs, options);
                if (!id && !preview) throw new Error(`the provider made ${nameOfUrn(wanted.urn)}, but gave it no id`);
                const known = id === UNKNOWN_VALUE ? undefined : id || undefined;
                return withSecretOutputs({ ...wanted, id: known, outputs, created: now, modified: now });
            },
            (state) => {
                // The old one, if it still exists, is deleted when everything has moved to its successor.
                if (replaced && !replaced.pendingReplacement)
                    snapshot.exchange(replaced, { ...replaced, delete: true });
                snapshot.add(state!, replaced && !replaced.pendingReplacement ? undefined : old);
            },
        );
        return made!;
    }

    private async update(
        plan: { inputs: PropertyMap; diffs: string[] },
        goal: Goal,
        old: ResourceState,
        provider: Provider | undefined,
        providerReference: string | undefined,
    ): Promise<ResourceState> {
        const { preview, snapshot } = this.executor;
        const wanted = stateOf(goal, plan.inputs, providerReference, old);
        const made = await this.executor.run(
            { op: "update", old, new: wanted, diffs: plan.diffs, pending: provider ? "updating" : undefined },
            async () => {
                const modified = new Date().toISOString();
                if (!provider) return { ...wanted, modified };
                const before = { id: old.id ?? "", inputs: old.inputs, outputs: old.outputs };
                const options = { preview, timeoutSeconds: goal.customTimeouts?.update };
                const outputs = await provider.update(goal.urn, before, plan.inputs, goal.ignoreChanges, options);
                return withSecretOutputs({ ...wanted, outputs, modified });
            },
            (state) => snapshot.add(state!, old),
        );
        return made!;
    }

    private async replace(
        plan: { inputs: PropertyMap; diffs: string[]; replaces: string[]; deleteFirst: boolean },
        goal: Goal,
        old: ResourceState,
        provider: Provider | undefined,
        providerReference: string | undefined,
    ): Promise<ResourceState> {
        this.replaced.add(goal.urn);
        const wanted = stateOf(goal, plan.inputs, providerReference);
        // Deleted in this run with a resource that it depends on: the properties that force this are reported with its creation
        // only.
        const forced = this.forced.get(goal.urn);
        const { diffs, replaces } = forced ? { diffs: [], replaces: [] } : plan;
        const step = { old, new: wanted, diffs, replaces };
        if (old.protect && !old.pendingReplacement) {
            const because = plan.replaces.join(", ");
            throw new Error(`${nameOfUrn(goal.urn)} is protected and can't be replaced (because of ${because})`);
        }
        const report = (state: ResourceState): void => {
            const replaced: Step = { op: "replace", ...step, new: state };
            this.executor.announce(replaced);
            this.executor.report(replaced);
        };
        if (!plan.deleteFirst && !old.pendingReplacement) {
            const made = await this.create("create-replacement", plan, wanted, old, provider);
            report(made);
            return made;
        }
        if (!old.pendingReplacement) await this.deleteFirst(old);
        report(wanted);
        const anew = { ...plan, diffs, replaces: forced ?? replaces };
        return this.create("create-replacement", anew, wanted, this.executor.snapshot.old(old.urn), provider);
    }

    /** Deletes the resource, with those that can't exist without it. */
    private async deleteFirst(old: ResourceState): Promise<void> {
        const { snapshot } = this.executor;
        const dependents = await dependentReplacements(old, snapshot, this.registry, this.registered);
        const going = new Set([old, ...dependents.map(({ state }) => state)].map(({ urn }) => urn));
        for (const { state, replaces } of dependents.reverse()) {
            this.forced.set(state.urn, replaces);
            await this.removal.remove(state, going, true);
        }
        await this.removal.remove(old, going, true);
    }
}
