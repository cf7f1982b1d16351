import { equalValues, type PropertyMap, type PropertyValue } from "./properties";

/** Seconds, per operation. */
export interface CustomTimeouts {
    create?: number;
    update?: number;
    delete?: number;
    read?: number;
}

/**
 * A resource as the checkpoint keeps it (sdk/go/common/apitype, ResourceV3), with secrets in plain. Never changed in
 * place: a new state is a new object.
 */
export interface ResourceState {
    urn: string;
    custom: boolean;
    /** Replaced; what it stands for is still to be deleted. */
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
    /** Deleted ahead of its replacement, which was not made yet. */
    pendingReplacement?: boolean;
    additionalSecretOutputs?: string[];
    aliases?: string[];
    customTimeouts?: CustomTimeouts;
    retainOnDelete?: boolean;
    deletedWith?: string;
    ignoreChanges?: string[];
    replaceOnChanges?: string[];
    /** RFC 3339. */
    created?: string;
    modified?: string;
}

export type OperationType = "creating" | "updating" | "deleting" | "reading";

/** Written ahead of an operation; found by a later run when this one did not live to record the outcome. */
export interface PendingOperation {
    resource: ResourceState;
    type: OperationType;
}

export function sameState(a: ResourceState, b: ResourceState): boolean {
    const plain = (state: ResourceState): PropertyValue => JSON.parse(JSON.stringify(state)) as PropertyValue;
    return a === b || equalValues(plain(a), plain(b));
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
 * The stack's resources while an operation changes them: what the run has dealt with, in the order of its completion
 * (so that a resource always follows what it depends on), then what it has not reached yet.
 */
export class Snapshot {
    private readonly done: ResourceState[] = [];
    private base: ResourceState[];
    readonly pending = new Map<number, PendingOperation>();
    private nextOperation = 0;

    constructor(resources: readonly ResourceState[]) {
        this.base = [...resources];
    }

    resources(): ResourceState[] {
        return [...this.done, ...this.base];
    }

    /** The resource of the last run, unless it waits for deletion only. */
    old(urn: string): ResourceState | undefined {
        return this.base.find((state) => state.urn === urn && !state.delete);
    }

    current(urn: string): ResourceState | undefined {
        return this.done.find((state) => state.urn === urn && !state.delete) ?? this.old(urn);
    }

    /** Left from the last run, and not reached by this one. */
    remaining(): readonly ResourceState[] {
        return this.base;
    }

    add(state: ResourceState, replaces?: ResourceState): void {
        if (replaces) this.remove(replaces);
        this.done.push(state);
    }

    /** Puts `state` where `old` was, whichever part it is in. */
    exchange(old: ResourceState, state: ResourceState): void {
        for (const list of [this.done, this.base]) {
            const at = list.indexOf(old);
            if (at >= 0) list[at] = state;
        }
    }

    remove(state: ResourceState): void {
        this.base = this.base.filter((other) => other !== state);
        const at = this.done.indexOf(state);
        if (at >= 0) this.done.splice(at, 1);
    }

    begin(type: OperationType, resource: ResourceState): number {
        this.pending.set(++this.nextOperation, { type, resource });
        return this.nextOperation;
    }

    end(operation: number): void {
        this.pending.delete(operation);
    }
}
