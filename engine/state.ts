import { equalValues, type PropertyMap, type PropertyValue } from "./properties";

/** Seconds, per operation. */
export interface CustomTimeouts {
    create?: number;
    update?: number;
    delete?: number;
    read?: number;
}

/**
 * A resource as kept in the checkpoint (sdk/go/common/apitype, ResourceV3), with decrypted secrets. Never changed in place: a
 * new state is a new object.
 */
export interface ResourceState {
    urn: string;
    custom: boolean;
    /** Replaced; the old object must still be deleted. */
    delete?: boolean;
    id?: string;
    type: string;
    inputs: PropertyMap;
    outputs: PropertyMap;
    parent?: string;
    protect?: boolean;
    /** Read, not made, by the program: never deleted. */
    external?: boolean;
    dependencies?: string[];
    /** Why the last create or update left the resource half-made. */
    initErrors?: string[];
    /** URN and id of the provider resource, joined by `::`. */
    provider?: string;
    propertyDependencies?: Record<string, string[]>;
    /** Deleted before its replacement, which was not made yet. */
    pendingReplacement?: boolean;
    additionalSecretOutputs?: string[];
    customTimeouts?: CustomTimeouts;
    retainOnDelete?: boolean;
    deletedWith?: string;
    ignoreChanges?: string[];
    replaceOnChanges?: string[];
    /** RFC 3339. */
    created?: string;
    modified?: string;
}

export type OperationType = "creating" | "updating" | "deleting" | "reading" | "importing";

/** Recorded before an operation; a later run finds it if this one did not live to record the outcome. */
export interface PendingOperation {
    resource: ResourceState;
    type: OperationType;
}

/** Undefined counts as absent, as in the checkpoint. */
export function sameState(a: ResourceState, b: ResourceState): boolean {
    const known = (state: ResourceState): PropertyMap =>
        Object.fromEntries<PropertyValue>(Object.entries(state).filter(([, value]) => value !== undefined));
    return a === b || equalValues(known(a), known(b));
}

/** URNs of everything that must exist while the resource exists. */
export function dependenciesOf(state: ResourceState): Set<string> {
    const urns = new Set([
        ...(state.dependencies ?? []),
        ...Object.values(state.propertyDependencies ?? {}).flat(),
        ...(state.parent ? [state.parent] : []),
        ...(state.deletedWith ? [state.deletedWith] : []),
    ]);
    if (state.provider) urns.add(state.provider.slice(0, state.provider.lastIndexOf("::")));
    urns.delete(state.urn);
    return urns;
}

/**
 * The stack's resources during an operation: those that the run has processed, in the order of completion (so that a resource
 * always follows its dependencies), then those that it has not reached yet.
 */
export class Snapshot {
    private readonly done: ResourceState[] = [];
    private base: ResourceState[];
    readonly pending = new Map<number, PendingOperation>();
    private nextOperation = 0;
    private interrupted: PendingOperation[];

    /** @param interrupted operations of an earlier run that was killed; each is kept until its outcome no longer matters */
    constructor(resources: readonly ResourceState[], interrupted: readonly PendingOperation[] = []) {
        this.base = [...resources];
        this.interrupted = interrupted.filter(({ type }) => type === "creating" || type === "updating");
    }

    resources(): ResourceState[] {
        return [...this.done, ...this.base];
    }

    /** The resource of the last run, unless it only waits for deletion. */
    old(urn: string): ResourceState | undefined {
        return this.base.find((state) => state.urn === urn && !state.delete);
    }

    current(urn: string): ResourceState | undefined {
        return this.done.find((state) => state.urn === urn && !state.delete) ?? this.old(urn);
    }

    /** All operations without a recorded outcome: those in progress, and those of a killed run. */
    operations(): PendingOperation[] {
        return [...this.interrupted, ...this.pending.values()];
    }

    /** Resources that were being created when a run was killed: it is unknown whether they exist. */
    halfMade(): ResourceState[] {
        return this.interrupted.filter(({ type }) => type === "creating").map(({ resource }) => resource);
    }

    /** Whether a run was killed while it updated the resource, which may be in its old or new state. */
    isHalfUpdated({ urn }: ResourceState): boolean {
        return this.interrupted.some(({ type, resource }) => type === "updating" && resource.urn === urn);
    }

    /** Drops the interrupted operations for which `isSettled` holds. */
    settle(isSettled: (operation: PendingOperation) => boolean): void {
        this.interrupted = this.interrupted.filter((operation) => !isSettled(operation));
    }

    /** Resources of the last run that this one has not reached. */
    remaining(): readonly ResourceState[] {
        return this.base;
    }

    add(state: ResourceState, replaces?: ResourceState): void {
        if (replaces) this.remove(replaces);
        this.done.push(state);
        if (replaces && replaces.urn !== state.urn) this.rename(replaces.urn, state.urn);
    }

    /** Updates references to a resource's old URN, so that the state stays consistent. */
    private rename(from: string, to: string): void {
        const renamed = (other: string): string => (other === from ? to : other);
        for (const state of this.base.filter((other) => dependenciesOf(other).has(from))) {
            const { parent, deletedWith, dependencies, propertyDependencies, provider } = state;
            this.exchange(state, {
                ...state,
                parent: parent && renamed(parent),
                deletedWith: deletedWith && renamed(deletedWith),
                dependencies: dependencies?.map(renamed),
                propertyDependencies:
                    propertyDependencies &&
                    Object.fromEntries(
                        Object.entries(propertyDependencies).map(([name, urns]) => [name, urns.map(renamed)]),
                    ),
                provider: provider?.startsWith(`${from}::`) ? to + provider.slice(from.length) : provider,
            });
        }
    }

    /** Replaces `old` by `state`, in either part. */
    exchange(old: ResourceState, state: ResourceState): void {
        for (const list of [this.done, this.base]) {
            const at = list.indexOf(old);
            if (at >= 0) list[at] = state;
        }
    }

    remove(state: ResourceState): void {
        this.settle(({ type, resource }) => type === "updating" && resource.urn === state.urn);
        this.base = this.base.filter((other) => other !== state);
        const at = this.done.indexOf(state);
        if (at >= 0) this.done.splice(at, 1);
    }

    begin(type: OperationType, resource: ResourceState): number {
        // Creating the same again takes over what the first attempt left: from now on this operation stands for both.
        const isAgain = (one: PendingOperation): boolean =>
            one.type === type && one.resource.urn === resource.urn && equalValues(one.resource.inputs, resource.inputs);
        this.settle(isAgain);
        this.pending.set(++this.nextOperation, { type, resource });
        return this.nextOperation;
    }

    /** No answer will come: the operation is treated like one of a killed run. */
    interrupt(operation: number): void {
        const lost = this.pending.get(operation);
        this.pending.delete(operation);
        if (lost && lost.type !== "deleting") this.interrupted.push(lost);
    }

    end(operation: number): void {
        this.pending.delete(operation);
    }
}
