import { stateMetadata, type EventStream, type OpType, type PropertyDiff, type StepMetadata } from "./events";
import { equalValues } from "./properties";
import { InitError, UnansweredError } from "./provider/provider";
import type { OperationType, ResourceState, Snapshot } from "./state";
import { isDefaultProvider } from "./urn";

/** Nothing more is begun: a step failed, or the user interrupted. */
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
    /** Properties that differ, as the provider says. */
    diffs?: string[];
    /** Nothing is done to the resource, which is no target. */
    left?: boolean;
    /** Written to the state ahead of the operation. */
    pending?: OperationType;
    /** What a refresh found: reported and counted in its place. */
    result?: OpType;
}

/** Parts of a replacement, which is a step itself; a refresh is none either, only what it finds. */
const PHYSICAL: readonly OpType[] = [
    "create-replacement",
    "delete-replaced",
    "discard-replaced",
    "remove-pending-replace",
    "refresh",
];

/** A resource that is only looked up counts when it is not what it was. */
function isCounted({ op, result, old, new: found }: Step): boolean {
    if (op === "read") return old !== undefined && !equalValues(old.outputs, found!.outputs);
    return !PHYSICAL.includes(result ?? op);
}

/** What an operation that went half-way left; an update then has not taken the new inputs. */
function halfMade({ op, old, new: wanted }: Step, { id, outputs, reasons }: InitError): ResourceState {
    const modified = new Date().toISOString();
    const inputs = op === "update" ? old!.inputs : wanted!.inputs;
    return { ...wanted!, id, inputs, outputs, initErrors: reasons, created: wanted!.created ?? modified, modified };
}

/** Runs steps: a bounded number at a time, each announced, recorded ahead, recorded after, and reported. */
export class Executor {
    readonly changes: Partial<Record<OpType, number>> = {};
    failed = false;
    /** Whether the other steps go on when one fails: right where each stands for itself, as in a removal. */
    keepGoing = false;
    private stopped = false;
    private readonly reported = new WeakSet<Error>();
    /** What was done to each component. */
    private readonly components = new Map<string, Step>();
    private running = 0;
    private readonly waiting: (() => void)[] = [];
    private readonly whenIdle: (() => void)[] = [];
    private wakeStopped: () => void = () => undefined;
    /** Resolves when nothing more is begun and nothing is under way. */
    readonly ended = new Promise<void>((resolve) => (this.wakeStopped = resolve)).then(() => this.idle());

    constructor(
        readonly snapshot: Snapshot,
        readonly events: EventStream,
        readonly preview: boolean,
        private readonly parallel: number,
        /** Puts the snapshot on the disk, if it changed; nothing in a preview. */
        readonly save: () => Promise<void>,
    ) {}

    isReported(error: Error): boolean {
        return this.reported.has(error);
    }

    get isStopped(): boolean {
        return this.stopped;
    }

    /** Steps under way go on; no other is begun. */
    stop(): void {
        this.stopped = true;
        this.wakeStopped();
        this.waiting.splice(0).forEach((wake) => wake());
    }

    /** Resolves when no step is under way. */
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
     * @param act does it, and returns the resource as it is then (undefined: it is gone)
     * @param commit puts that into the snapshot
     * @param describe what to report then
     * @throws StoppedError when it was not begun; else what `act` throws, which has been reported
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
            // What can't be written either is one more thing to report, once; it must not hide the first.
            await this.save().catch((unwritten: Error) => {
                if (unwritten.message !== (error as Error).message) this.fail(unwritten);
            });
            this.fail(error as Error, step);
            throw error;
        } finally {
            this.release();
        }
    }

    /** A resource that stays as it is; what is recorded about it may have changed. */
    async same(old: ResourceState, state: ResourceState): Promise<void> {
        if (this.stopped) throw new StoppedError();
        const step: Step = { op: "same", old, new: state };
        this.announce(step);
        this.snapshot.add(state, old);
        // Only its place in the checkpoint would differ: not worth a write for each of hundreds.
        if (state !== old) await this.save();
        this.report(step);
    }

    /** A resource that is no target stays as it is. */
    leave(state: ResourceState): void {
        if (this.stopped) throw new StoppedError();
        const step: Step = { op: "same", old: state, new: state, left: true };
        this.announce(step);
        this.snapshot.add(state, state);
        this.report(step);
    }

    /** A resource that does not exist and is no target is not made: the official engine calls that the same, too. */
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

    /** What a resource will be is not known before the step is done: only what is wanted of it. */
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
        // A component says what it has become when it registers its outputs.
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
