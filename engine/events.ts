import { blind, without, type PropertyMap } from "./properties";
import type { ResourceState } from "./state";

/** The names of Pulumi's steps (sdk/go/common/apitype, OpType) that this engine uses. */
export type OpType =
    | "same"
    | "create"
    | "update"
    | "delete"
    | "replace"
    | "create-replacement"
    | "delete-replaced"
    | "read"
    | "discard"
    | "discard-replaced"
    | "remove-pending-replace"
    | "refresh";

export interface PropertyDiff {
    diffKind: "add" | "delete" | "update" | "add-replace" | "delete-replace" | "update-replace";
    inputDiff: boolean;
}

export interface StateMetadata {
    type: string;
    urn: string;
    custom?: boolean;
    id: string;
    parent: string;
    protect?: boolean;
    inputs: PropertyMap;
    outputs: PropertyMap;
    provider: string;
}

/** What one step does to one resource; secrets show as `[secret]`. */
export interface StepMetadata {
    op: OpType;
    urn: string;
    type: string;
    old: StateMetadata | null;
    new: StateMetadata | null;
    /** Properties that force a replacement. */
    keys?: string[];
    /** Properties that differ. */
    diffs?: string[];
    detailedDiff: Record<string, PropertyDiff> | null;
    logical?: boolean;
    provider: string;
}

export type Severity = "info" | "info#err" | "warning" | "error";

export interface DiagnosticEvent {
    urn?: string;
    prefix?: string;
    message: string;
    color: "never";
    severity: Severity;
}

export interface SummaryEvent {
    maybeCorrupt: boolean;
    durationSeconds: number;
    resourceChanges: Partial<Record<OpType, number>>;
    PolicyPacks: Record<string, string>;
    isPreview: boolean;
    result: "succeeded" | "failed" | "canceled";
}

/** A broken rule of a policy pack. */
export interface PolicyEvent {
    resourceUrn: string;
    message: string;
    color: "never";
    policyName: string;
    policyPackName: string;
    policyPackVersion: string;
    enforcementLevel: "advisory" | "mandatory";
}

/** The subset of `apitype.EngineEvent` (what `pulumi up --event-log FILE` writes) that this engine sends. */
export interface EngineEvent {
    sequence: number;
    /** Seconds since 1970. */
    timestamp: number;
    cancelEvent?: Record<string, never>;
    stdoutEvent?: { message: string; color: "never" };
    diagnosticEvent?: DiagnosticEvent;
    preludeEvent?: { config: Record<string, string> };
    summaryEvent?: SummaryEvent;
    resourcePreEvent?: { metadata: StepMetadata; planning?: boolean };
    resOutputsEvent?: { metadata: StepMetadata; planning?: boolean };
    policyEvent?: PolicyEvent;
    resOpFailedEvent?: { metadata: StepMetadata; status: number; steps: number };
}

const made = new WeakMap<PropertyMap, PropertyMap>();

/**
 * Properties for display: without the serialised dynamic provider, which is code. Unchanged properties are shown up to four
 * times.
 */
function shown(map: PropertyMap): PropertyMap {
    const known = made.get(map) ?? blind(without(map, "__provider"));
    made.set(map, known);
    return known;
}

export function stateMetadata(state: ResourceState | undefined): StateMetadata | null {
    if (!state) return null;
    return {
        type: state.type,
        urn: state.urn,
        custom: state.custom,
        id: state.id ?? "",
        parent: state.parent ?? "",
        protect: state.protect,
        inputs: shown(state.inputs),
        outputs: shown(state.outputs),
        provider: state.provider ?? "",
    };
}

/** Numbers the events of one operation and passes each on at once. */
export class EventStream {
    private sequence = 0;

    constructor(private readonly write: (event: EngineEvent) => void) {}

    send(event: Omit<EngineEvent, "sequence" | "timestamp">): void {
        this.write({ sequence: this.sequence++, timestamp: Math.floor(Date.now() / 1000), ...event });
    }

    /** The last event of an operation. @param end the result, and the start time (ms since 1970) */
    summary(end: Pick<SummaryEvent, "resourceChanges" | "isPreview" | "result"> & { started: number }): void {
        const { started, ...summary } = end;
        const durationSeconds = Math.round((Date.now() - started) / 1000);
        this.send({ summaryEvent: { maybeCorrupt: false, durationSeconds, PolicyPacks: {}, ...summary } });
        this.send({ cancelEvent: {} });
    }

    diagnostic(severity: Severity, message: string, urn?: string): void {
        this.send({ diagnosticEvent: { ...(urn ? { urn } : {}), message, color: "never", severity } });
    }
}
