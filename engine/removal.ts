import type { Executor, Step } from "./executor";
import type { ProviderRegistry } from "./provider/registry";
import { dependenciesOf, type ResourceState } from "./state";
import { isProviderType, nameOfUrn } from "./urn";

function stepFor(state: ResourceState, deleteFirst: boolean): Step {
    if (state.pendingReplacement) return { op: "remove-pending-replace", old: state };
    if (state.external) return { op: state.delete ? "discard-replaced" : "discard", old: state };
    return { op: state.delete || deleteFirst ? "delete-replaced" : "delete", old: state, pending: "deleting" };
}

/** Whether the real object is kept, or removed with another. */
const isKept = ({ retainOnDelete, deletedWith }: ResourceState, going: ReadonlySet<string>): boolean =>
    retainOnDelete === true || (deletedWith !== undefined && going.has(deletedWith));

/** Removes resources. */
export class Removal {
    constructor(
        private readonly executor: Executor,
        private readonly registry: ProviderRegistry,
    ) {}

    /**
     * Removes one resource.
     * @param going URNs of all resources that are removed with it
     * @param deleteFirst it is deleted before its replacement is made, and stays in the state until then
     */
    async remove(state: ResourceState, going: ReadonlySet<string>, deleteFirst = false): Promise<void> {
        const step = stepFor(state, deleteFirst);
        const kept = isKept(state, going);
        await this.executor.run(
            step,
            async () => {
                if (state.protect && step.op === "delete") {
                    const remedy = "lift its protection (protect: false) and run up first";
                    throw new Error(`${nameOfUrn(state.urn)} is protected and can't be deleted: ${remedy}`);
                }
                const real = step.pending && state.custom && !isProviderType(state.type) && !kept;
                if (real && !this.executor.preview) {
                    const provider = await this.registry.get(state.provider ?? "");
                    const old = { id: state.id ?? "", inputs: state.inputs, outputs: state.outputs };
                    await provider.delete(state.urn, old, state.customTimeouts?.delete);
                }
                return undefined;
            },
            () => {
                if (deleteFirst) this.executor.snapshot.exchange(state, { ...state, pendingReplacement: true });
                else this.executor.snapshot.remove(state);
            },
        );
    }

    /** Removes what a killed creation may have made. */
    async discard(halfMade: ResourceState, going: ReadonlySet<string> = new Set()): Promise<void> {
        const { preview, snapshot } = this.executor;
        await this.executor.run(
            { op: "delete", old: halfMade },
            async () => {
                const real = halfMade.custom && !isProviderType(halfMade.type) && !isKept(halfMade, going);
                if (real && !preview) {
                    const provider = await this.registry.get(halfMade.provider ?? "");
                    await provider.discard(halfMade.urn, halfMade.inputs, halfMade.customTimeouts?.delete);
                }
                return undefined;
            },
            () => snapshot.settle(({ resource }) => resource === halfMade),
        );
    }

    /**
     * Removes many resources, in parallel as far as dependencies allow: nothing is removed before its dependents. If one can't
     * be removed, its dependencies stay, and the others continue.
     */
    async removeAll(states: readonly ResourceState[]): Promise<void> {
        const halfMade = this.executor.snapshot.halfMade();
        const going = new Set(states.map((state) => state.urn));
        const current = new Set(states.filter((state) => !state.delete).map((state) => state.urn));
        const dependencies = new Map(states.map((state) => [state, dependenciesOf(state)]));
        const ends = new Map<ResourceState, Promise<boolean>>();
        const end = (state: ResourceState): Promise<boolean> => {
            const known = ends.get(state);
            if (known) return known;
            const dependents = states.filter((other) => {
                // Up-to-date resources depend on the successor of a replaced resource, not on the resource itself.
                const onSuccessor = state.delete && !other.delete && current.has(state.urn);
                return other !== state && !onSuccessor && dependencies.get(other)?.has(state.urn);
            });
            const ended = Promise.resolve()
                .then(() => Promise.all(dependents.map(end)))
                .then(async (gone) => {
                    if (gone.includes(false)) return false;
                    await (halfMade.includes(state) ? this.discard(state, going) : this.remove(state, going));
                    return true;
                })
                .catch(() => false);
            ends.set(state, ended);
            return ended;
        };
        await Promise.all(states.map(end));
    }
}
