import { stateMetadata, type EventStream, type OpType, type PropertyDiff, type StepMetadata } from "./events";
import { equalValues } from "./properties";
import { InitError, UnansweredError } from "./provider/provider";
import type { OperationType, ResourceState, Snapshot } from "./state";
import { isDefaultProvider } from "./urn";

/** Nothing more is started: a step failed, or the user interrupted. */
export class StoppedError extends Error {
    constructor() {
        super("the operation was stopped");
        this.name = "StoppedError";
    }
}

/** One change to one resource. */
export interface Step {
    op: OpType;
    old?: ResourceState;
    new?: ResourceState;
    /** Properties that force a replacement. */
    replaces?: string[];
    /** Properties that differ, according to the provider. */
    diffs?: string[];
    /** The resource is not a target and is left alone. */
    left?: boolean;
    /** Recorded in the state before the operation. */
    pending?: OperationType;
    /** The finding of a refresh: reported and counted instead of `op`. */
    result?: OpType;
}

/** Parts of a replacement, which is itself a step; a refresh is not counted either, only its finding. */
const PHYSICAL: readonly OpType[] = [
    "create-replacement",
    "delete-replaced",
    "discard-replaced",
    "remove-pending-replace",
    "refresh",
];

/** A resource that is only read counts if it changed. */
function isCounted({ op, result, old, new: found }: Step): boolean {
    if (op === "read") return old !== undefined && !equalValues(old.outputs, found!.outputs);
    return !PHYSICAL.includes(result ?? op);
}

/** The result of an operation that failed half-way; after an update it still has the old inputs. */
function halfMade({ op, old, new: wanted }: Step, { id, outputs, reasons }: InitError): ResourceState {
    const modified = new Date().toISOString();
    const inputs = op === "update" ? old!.inputs : wanted!.inputs;
    return { ...wanted!, id, inputs, outputs, initErrors: reasons, created: wanted!.created ?? modified, modified };
}

/** Runs steps: a bounded number at a time, each announced, recorded before and after, and reported. */
export class Executor {
    readonly changes: Partial<Record<OpType, number>> = {};
    failed = false;
    /** Whether the other steps continue when one fails: right if they are independent, as in a removal. */
    keepGoing = false;
    private stopped = false;
    private readonly reported = new WeakSet<Error>();
    /** What was done to each component. */
    private readonly components = new Map<string, Step>();
    private running = 0;
    private readonly waiting: (() => void)[] = [];
    private readonly whenIdle: (() => void)[] = [];
    private wakeStopped: () => void = () => undefined;
    /** Resolves when nothing more is started and nothing is in progress. */
    readonly ended = new Promise<void>((resolve) => (this.wakeStopped = resolve)).then(() => this.idle());

    constructor(
        readonly snapshot: Snapshot,
        readonly events: EventStream,
        readonly preview: boolean,
        private readonly parallel: number,
        /** Writes the snapshot to the disk, if it changed; does nothing in a preview. */
        readonly save: () => Promise<void>,
    ) {}

    isReported(error: Error): boolean {
        return this.reported.has(error);
    }

    get isStopped(): boolean {
        return this.stopped;
    }

    /** Steps in progress continue; no other is started. */
    stop(): void {
        this.stopped = true;
        this.wakeStopped();
        this.waiting.splice(0).forEach((wake) => wake());
    }

    /** Resolves when no step is in progress. */
    idle(): Promise<void> {
        return this.running === 0 ? Promise.resolve() : new Promise((resolve) => this.whenIdle.push(resolve));
    }

    private async slot(): Promise<void> {
        while (!this.stopped && this.running >= this.parallel) {
            await new Promise<void>((wake) => this.waiting.push(wake));
        }
        if (this.stopped) throw new StoppedError();
        this.running++;
    }

    private release(): void {
        this.running--;
        this.waiting.shift()?.();
        if (this.running === 0) this.whenIdle.splice(0).forEach((wake) => wake());
    }

    /**
     * @param act does the work, and returns the resulting resource (undefined: it is gone)
     * @param commit puts the result into the snapshot
     * @param describe the report about it
     * @throws StoppedError if it was not started; else the error of `act`, which has been reported
     */
    async run(
        step: Step,
        act: () => Promise<ResourceState | undefined>,
        commit: (result: ResourceState | undefined) => void,
        describe: (result: ResourceState | undefined) => Step = (result) => ({ ...step, new: result }),
    ): Promise<ResourceState | undefined> {
        await this.slot();
        let pending: number | undefined;
        try {
            this.announce(step);
            if (step.pending && !this.preview) {
                pending = this.snapshot.begin(step.pending, (step.new ?? step.old)!);
                await this.save();
            }
            const result = await act();
            if (pending !== undefined) this.snapshot.end(pending);
            commit(result);
            await this.save();
            this.report(describe(result));
            return result;
        } catch (error) {
            if (pending !== undefined) {
                if (error instanceof UnansweredError) this.snapshot.interrupt(pending);
                else this.snapshot.end(pending);
            }
            if (error instanceof InitError && step.new) {
                commit(halfMade(step, error));
            }
            // A failed write is one more error to report, once; it must not hide the first.
            await this.save().catch((unwritten: Error) => {
                if (unwritten.message !== (error as Error).message) this.fail(unwritten);
            });
            this.fail(error as Error, step);
            throw error;
        } finally {
            this.release();
        }
    }

    /** A resource that stays as it is; its record may have changed. */
    async same(old: ResourceState, state: ResourceState): Promise<void> {
        if (this.stopped) throw new StoppedError();
        const step: Step = { op: "same", old, new: state };
        this.announce(step);
        this.snapshot.add(state, old);
        // Only its place in the checkpoint would differ: not worth a write for each of hundreds.
        if (state !== old) await this.save();
        this.report(step);
    }

    /** A resource that is not a target stays as it is. */
    leave(state: ResourceState): void {
        if (this.stopped) throw new StoppedError();
        const step: Step = { op: "same", old: state, new: state, left: true };
        this.announce(step);
        this.snapshot.add(state, state);
        this.report(step);
    }

    /** A resource that does not exist and is not a target is not made; the official engine also reports that as `same`. */
    skip(wanted: ResourceState): void {
        if (this.stopped) throw new StoppedError();
        const step: Step = { op: "same", old: { ...wanted, parent: undefined }, new: wanted, left: true };
        this.announce(step);
        this.report(step);
    }

    private isShown(step: Step): boolean {
        return !isDefaultProvider((step.new ?? step.old)!.urn);
    }

    metadata(step: Step): { metadata: StepMetadata; planning?: boolean } {
        return { metadata: stepMetadata(step), ...(this.preview ? { planning: true } : {}) };
    }

    /** Before the step is done, only the wanted state of a resource is known. */
    announce(step: Step): void {
        const known = ["refresh", "replace", "read"].includes(step.op) || !step.new;
        const outputs = step.left ? step.new!.outputs : {};
        const wanted = known ? step.new : { ...step.new!, id: undefined, outputs };
        if (this.isShown(step)) this.events.send({ resourcePreEvent: this.metadata({ ...step, new: wanted }) });
    }

    report(step: Step): void {
        if (!this.isShown(step)) return;
        const counted = step.result ?? step.op;
        if (isCounted(step)) this.changes[counted] = (this.changes[counted] ?? 0) + 1;
        const { custom, urn } = (step.new ?? step.old)!;
        if (!custom) this.components.set(urn, step);
        // A component reports its new state when it registers its outputs.
        if (this.preview || custom || step.op === "delete" || step.op === "refresh") {
            this.events.send({ resOutputsEvent: this.metadata(step) });
        }
    }

    /** A component is complete. */
    reportOutputs(state: ResourceState): void {
        const step = this.components.get(state.urn);
        if (step) this.events.send({ resOutputsEvent: this.metadata({ ...step, new: state }) });
    }

    fail(error: Error, step?: Step): void {
        this.failed = true;
        this.reported.add(error);
        if (!this.keepGoing) this.stop();
        const about = step && (step.new ?? step.old);
        this.events.diagnostic("error", error.message, about?.urn);
        if (step) this.events.send({ resOpFailedEvent: { ...this.metadata(step), status: 0, steps: 0 } });
    }
}

function stepMetadata(step: Step): StepMetadata {
    const { old: before, new: after } = step;
    const { urn, type, provider } = (after ?? before)!;
    const replaces = step.replaces ?? [];
    const diffs = step.diffs ?? [];
    const detailed: Record<string, PropertyDiff> = {};
    for (const key of diffs.filter((name) => name !== "__provider")) {
        const kind = before?.inputs[key] === undefined ? "add" : after?.inputs[key] === undefined ? "delete" : "update";
        detailed[key] = { diffKind: replaces.includes(key) ? `${kind}-replace` : kind, inputDiff: true };
    }
    return {
        op: step.result ?? step.op,
        urn,
        type,
        old: stateMetadata(before),
        new: stateMetadata(after),
        ...(replaces.length > 0 ? { keys: replaces } : {}),
        ...(Object.keys(detailed).length > 0 ? { diffs: Object.keys(detailed) } : {}),
        detailedDiff: Object.keys(detailed).length > 0 ? detailed : null,
        ...(PHYSICAL.includes(step.op) ? {} : { logical: true }),
        provider: provider ?? "",
    };
}
