/**
 * Represents a value that a preview can't know yet. The engine replaces Pulumi's unknown by it in inputs, and converts it back
 * in results.
 */
export const UNKNOWN: unique symbol = Symbol("unknown until the update runs");

/** A property value as a plugin sees it: JSON, with secrets unwrapped, or `UNKNOWN` (in a preview only). */
export type Value = null | boolean | number | string | typeof UNKNOWN | Value[] | { [key: string]: Value | undefined };

/** Named values. A property that is `undefined` is absent. */
export type Properties = Record<string, Value | undefined>;

/** Whether `value` is, or contains, something that a preview can't know yet. */
export function hasUnknown(value: Value | undefined): boolean {
    if (value === UNKNOWN) return true;
    if (Array.isArray(value)) return value.some(hasUnknown);
    return typeof value === "object" && value !== null && Object.values(value).some(hasUnknown);
}

/** Outputs in a preview that only an update will make. */
export function unknownOutputs(names: readonly string[]): Properties {
    return Object.fromEntries<Value>(names.map((name) => [name, UNKNOWN]));
}

/** One fault in the inputs; `reason` is a sentence that names what is allowed. */
export interface CheckFailure {
    property: string;
    reason: string;
}

export interface CheckResult {
    /** The inputs with defaults filled in, as kept in the state. */
    inputs: Properties;
    failures: CheckFailure[];
}

export interface DiffResult {
    changes: boolean;
    /** Properties that can only be changed by replacing the resource; empty: update in place. */
    replaces: string[];
    /** All properties that differ. */
    diffs: string[];
    deleteBeforeReplace: boolean;
}

/** What the engine passes to an operation that takes time. */
export interface OperationContext {
    /** The resource's name in the stack; written to the object so that a later run recognises it. */
    urn: string;
    /** If true: return the expected result, with `UNKNOWN` for what can't be known, and touch nothing. */
    preview: boolean;
    /** Aborted by the second interrupt: stop at once. */
    signal: AbortSignal;
    /** Shows a line of progress, such as what a command prints. */
    log: (line: string) => void;
    /** The resource's custom timeout; without it, the official provider's default. */
    timeoutSeconds?: number;
}

/** Aborted when the engine aborts, or when the operation exceeds its timeout (seconds; none by default). */
export function deadline(ctx: OperationContext, defaultSeconds?: number): AbortSignal {
    const seconds = ctx.timeoutSeconds ?? defaultSeconds;
    return seconds === undefined ? ctx.signal : AbortSignal.any([ctx.signal, AbortSignal.timeout(seconds * 1000)]);
}

/** An operation that failed half-way: the resource exists, with this id and these outputs, and must be recorded. */
export class PartialError extends Error {
    constructor(
        readonly id: string,
        readonly outputs: Properties,
        reason: string,
    ) {
        super(reason);
        this.name = "PartialError";
    }
}

/**
 * The life cycle of resources of one type. Every method fails with an `Error` whose message is one sentence that a user can act
 * on; stack traces of such errors are never shown.
 */
export interface ResourceType {
    /** Validates `news` and fills in defaults; `olds` are the inputs of the last run, empty for a new resource. */
    check(olds: Properties, news: Properties): Promise<CheckResult>;
    diff(id: string, oldInputs: Properties, oldOutputs: Properties, newInputs: Properties): Promise<DiffResult>;
    /** @throws PartialError if the resource exists, but not as wanted. */
    create(inputs: Properties, ctx: OperationContext): Promise<{ id: string; outputs: Properties }>;
    /**
     * The resource as it really is; `undefined` if it is gone. Without this method the state is taken as the truth.
     * @throws UnreachableError if that can't be found out now.
     */
    read?(
        id: string,
        inputs: Properties,
        outputs: Properties,
    ): Promise<{ id: string; inputs: Properties; outputs: Properties } | undefined>;
    /** Called only if `diff` found changes and nothing to replace. */
    update?(
        id: string,
        oldOutputs: Properties,
        newInputs: Properties,
        ctx: OperationContext,
    ): Promise<{ outputs: Properties }>;
    /** Idempotent: deleting a missing resource succeeds. */
    delete(id: string, outputs: Properties, ctx: OperationContext): Promise<void>;
    /**
     * Deletes what a killed create with these inputs may have made; succeeds if there is nothing. Without this method a create
     * leaves nothing behind.
     */
    discard?(inputs: Properties, ctx: OperationContext): Promise<void>;
    /**
     * Properties (`password`, or `postgresql.password` inside of one) that are always secret, as inputs and as outputs. (An
     * output is also secret if the input of the same name is.)
     */
    secretOutputs: string[];
}

/** One configured provider: the engine makes one instance per provider resource, explicit or default. */
export interface Plugin {
    readonly name: string;
    readonly version: string;
    /** @throws Error naming the invalid property of `config`. Called once, before anything else. */
    configure(config: Properties): Promise<void>;
    /** By type token, such as `random:index/randomPassword:RandomPassword`. */
    types: Record<string, ResourceType>;
    /** By function token, such as `docker:index/getNetwork:getNetwork`. */
    functions: Record<string, (args: Properties) => Promise<Properties>>;
    /** Ends connections that were kept open. The plugin is not used afterwards. */
    close?(): Promise<void>;
}
