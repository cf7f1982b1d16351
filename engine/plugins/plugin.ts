/**
 * Stands for a value that a preview can't know yet. The engine puts it where the program sent Pulumi's unknown, and
 * turns it back into that where a plugin returns it.
 */
export const UNKNOWN: unique symbol = Symbol("unknown until the update runs");

/** A property value as a plugin sees it: JSON, with secrets unwrapped, or `UNKNOWN` (in a preview only). */
export type Value = null | boolean | number | string | typeof UNKNOWN | Value[] | { [key: string]: Value | undefined };

/** Named values. A property that is `undefined` is not there. */
export type Properties = Record<string, Value | undefined>;

/** Whether `value` is, or contains, something that a preview can't know yet. */
export function hasUnknown(value: Value | undefined): boolean {
    if (value === UNKNOWN) return true;
    if (Array.isArray(value)) return value.some(hasUnknown);
    return typeof value === "object" && value !== null && Object.values(value).some(hasUnknown);
}

/** What a preview says of outputs that only an update will make. */
export function unknownOutputs(names: readonly string[]): Properties {
    return Object.fromEntries<Value>(names.map((name) => [name, UNKNOWN]));
}

/** One thing that is wrong with the inputs; `reason` is a sentence that says what is allowed. */
export interface CheckFailure {
    property: string;
    reason: string;
}

export interface CheckResult {
    /** The inputs with defaults filled in; what the state keeps. */
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

/** What the engine hands to an operation that takes time. */
export interface OperationContext {
    /** The resource's name in the stack; written to what is made so that a later run knows it again. */
    urn: string;
    /** True: say what would come out, with `UNKNOWN` for what can't be known, and touch nothing. */
    preview: boolean;
    /** Aborted by the second interrupt: stop at once. */
    signal: AbortSignal;
    /** Shows a line of progress, such as what a command prints. */
    log: (line: string) => void;
    /** The resource's custom timeout; without it, the official provider's default. */
    timeoutSeconds?: number;
}

/** Aborted when the engine says so, or when the operation took longer than its timeout (seconds; none by default). */
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
 * The life of resources of one type. Every method fails with an `Error` whose message is one sentence a user can act
 * on; stack traces of such errors are never shown.
 */
export interface ResourceType {
    /** Validates `news` and fills in defaults; `olds` are the inputs of the last run, empty for a new resource. */
    check(olds: Properties, news: Properties): Promise<CheckResult>;
    diff(id: string, oldInputs: Properties, oldOutputs: Properties, newInputs: Properties): Promise<DiffResult>;
    /** @throws PartialError when the resource exists, but not as wanted. */
    create(inputs: Properties, ctx: OperationContext): Promise<{ id: string; outputs: Properties }>;
    /**
     * The resource as it really is; `undefined` when it is gone. Without this method the state is taken as the truth.
     * @throws UnreachableError when that can't be found out now.
     */
    read?(
        id: string,
        inputs: Properties,
        outputs: Properties,
    ): Promise<{ id: string; inputs: Properties; outputs: Properties } | undefined>;
    /** Called only when `diff` found changes and nothing to replace. */
    update?(
        id: string,
        oldOutputs: Properties,
        newInputs: Properties,
        ctx: OperationContext,
    ): Promise<{ outputs: Properties }>;
    /** Idempotent: what is gone already was deleted. */
    delete(id: string, outputs: Properties, ctx: OperationContext): Promise<void>;
    /**
     * Deletes what a create with these inputs may have made that was killed; content when there is nothing. Without this
     * method a create leaves nothing behind.
     */
    discard?(inputs: Properties, ctx: OperationContext): Promise<void>;
    /**
     * Properties (`password`, or `postgresql.password` inside of one) that are always secret, as inputs and as outputs. (Besides, an output is secret when the input of the
     * same name is.)
     */
    secretOutputs: string[];
}

/** One configured provider: the engine makes one instance per provider resource, explicit or default. */
export interface Plugin {
    readonly name: string;
    readonly version: string;
    /** @throws Error naming the property of `config` that is wrong. Called once, before anything else. */
    configure(config: Properties): Promise<void>;
    /** By type token, such as `random:index/randomPassword:RandomPassword`. */
    types: Record<string, ResourceType>;
    /** By function token, such as `docker:index/getNetwork:getNetwork`. */
    functions: Record<string, (args: Properties) => Promise<Properties>>;
    /** Ends connections that were kept open. The plugin is not used afterwards. */
    close?(): Promise<void>;
}
