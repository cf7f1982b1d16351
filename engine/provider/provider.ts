import type { PropertyMap } from "../properties";

export interface CheckFailure {
    property: string;
    reason: string;
}

export interface Diff {
    /** `unknown`: the provider can't tell; the inputs decide. */
    changes: "none" | "some" | "unknown";
    /** Properties that force a replacement. */
    replaces: string[];
    /** Properties that differ. */
    diffs: string[];
    deleteBeforeReplace: boolean;
}

/** The operation failed half-way: the resource exists, with these outputs, but is not as wanted. */
export class InitError extends Error {
    constructor(
        readonly id: string,
        readonly outputs: PropertyMap,
        readonly reasons: string[],
        message: string,
    ) {
        super(message);
        this.name = "InitError";
    }
}

/** No answer will come: the provider's process ended or hung, and the effect of the operation is unknown. */
export class UnansweredError extends Error {
    constructor(reason: string) {
        super(reason);
        this.name = "UnansweredError";
    }
}

export interface OperationOptions {
    preview: boolean;
    timeoutSeconds?: number;
}

/** A configured provider, either a plugin process or our own code. Secrets are marked in inputs and results. */
export interface Provider {
    checkConfig(urn: string, olds: PropertyMap, news: PropertyMap): Promise<Checked>;
    diffConfig(urn: string, id: string, olds: PropertyMap, news: PropertyMap): Promise<Diff>;
    /** Called once, before any operation on a resource. */
    configure(inputs: PropertyMap): Promise<void>;
    check(urn: string, olds: PropertyMap, news: PropertyMap): Promise<Checked>;
    diff(urn: string, old: OldResource, news: PropertyMap, ignoreChanges: string[]): Promise<Diff>;
    /** @throws InitError */
    create(urn: string, inputs: PropertyMap, options: OperationOptions): Promise<{ id: string; outputs: PropertyMap }>;
    /** Undefined: the resource is gone. */
    read(urn: string, old: OldResource, timeoutSeconds?: number): Promise<OldResource | undefined>;
    /** @throws InitError */
    update(
        urn: string,
        old: OldResource,
        inputs: PropertyMap,
        ignoreChanges: string[],
        options: OperationOptions,
    ): Promise<PropertyMap>;
    delete(urn: string, old: OldResource, timeoutSeconds?: number): Promise<void>;
    /**
     * Deletes what a create with these inputs may have made, if it was killed before its answer was recorded.
     * @throws Error if that can't be found out.
     */
    discard(urn: string, inputs: PropertyMap, timeoutSeconds?: number): Promise<void>;
    invoke(token: string, args: PropertyMap): Promise<{ result: PropertyMap; failures: CheckFailure[] }>;
    close(): Promise<void>;
}

export interface Checked {
    inputs: PropertyMap;
    failures: CheckFailure[];
}

export interface OldResource {
    id: string;
    inputs: PropertyMap;
    outputs: PropertyMap;
}
