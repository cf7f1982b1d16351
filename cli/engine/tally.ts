import type { EngineEvent, OpType, PolicyEvent, StepMetadata } from "../../engine/events";

/** What an operation did, as in `./voip up --json`. */
export interface Counts {
    created: number;
    updated: number;
    replaced: number;
    deleted: number;
    same: number;
}

export interface ResourceName {
    urn: string;
    /** The name that the program gave it. */
    name: string;
    /** Last part of the type token, such as `Vm`. */
    type: string;
}

export interface FailedResource extends ResourceName {
    op: OpType;
    message: string;
}

/** A property in the state, and its present or future value. */
export interface PropertyChange {
    property: string;
    was: unknown;
    is: unknown;
}

export interface Step extends ResourceName {
    op: OpType;
    changes: PropertyChange[];
    /** Properties that force the replacement; only on op `replace`. */
    because: string[];
}

export interface DriftedResource extends ResourceName {
    drift: PropertyChange[];
    /** The resource no longer exists. */
    gone: boolean;
}

/** A broken rule of the policy pack. */
export interface Violation {
    policy: string;
    level: "advisory" | "mandatory";
    /** URN of the resource, or of the stack. */
    urn: string;
    /** One sentence. */
    message: string;
}

export interface Tally {
    counts: Counts;
    steps: Step[];
    violations: Violation[];
    failed: FailedResource[];
    /** Errors that name no resource, such as a rejected config value. */
    errors: string[];
}

export function resourceName(urn: string): ResourceName {
    const [, , type = "", ...name] = urn.split("::");
    return { urn, name: name.join("::"), type: type.split(/[:$/]/).at(-1) ?? type };
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Properties that differ between old and new: of the inputs if any differ, else of the outputs; and secrets, by name. */
function changesOf(metadata: StepMetadata): PropertyChange[] {
    const seen = visibleChanges(metadata);
    const { old, new: current, diffs } = metadata;
    const named = new Set((diffs ?? []).map((path) => path.split(/[.[]/)[0]));
    const hidden = [...named]
        .filter((property) => !property.startsWith("__") && !seen.some((change) => change.property === property))
        .map((property) => ({
            property,
            was: old?.inputs[property] ?? null,
            is: current?.inputs[property] ?? null,
        }));
    return [...seen, ...hidden];
}

/** Properties that differ as shown: a secret looks the same before and after. */
function visibleChanges({ old, new: current }: StepMetadata): PropertyChange[] {
    for (const kind of ["inputs", "outputs"] as const) {
        const before: Record<string, unknown> = old?.[kind] ?? {};
        const after: Record<string, unknown> = current?.[kind] ?? {};
        // outputs are known when the step is done
        if (kind === "outputs" && Object.keys(after).length === 0) continue;
        const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])]
            .filter((property) => !property.startsWith("__") && !same(before[property], after[property]))
            .map((property) => ({ property, was: before[property] ?? null, is: after[property] ?? null }));
        if (changed.length) return changed;
    }
    return [];
}

const countOf = (changes: Partial<Record<OpType, number>>): Counts => ({
    created: changes.create ?? 0,
    updated: changes.update ?? 0,
    replaced: changes.replace ?? 0,
    deleted: changes.delete ?? 0,
    same: changes.same ?? 0,
});

/** The pack puts the rule's description before the sentence about the fault. */
const violation = ({ policyName, enforcementLevel, resourceUrn, message }: PolicyEvent): Violation => ({
    policy: policyName,
    level: enforcementLevel,
    urn: resourceUrn,
    message: message.trim().split("\n").slice(1).join(" ").trim() || message.trim(),
});

/** Folds the events of one operation, of either engine, into its result. */
export function tally(events: EngineEvent[]): Tally {
    const result: Tally = {
        counts: countOf(events.filter(({ summaryEvent }) => summaryEvent).at(-1)?.summaryEvent?.resourceChanges ?? {}),
        steps: [],
        violations: events.flatMap(({ policyEvent }) => (policyEvent ? [violation(policyEvent)] : [])),
        failed: [],
        errors: [],
    };
    const messages = new Map<string, string>();
    for (const { diagnosticEvent } of events) {
        if (diagnosticEvent?.severity !== "error") continue;
        const message = diagnosticEvent.message.trim();
        if (diagnosticEvent.urn) messages.set(diagnosticEvent.urn, message);
        else result.errors.push(message);
    }
    const failedUrns = new Set<string>();
    for (const { resourcePreEvent, resOpFailedEvent } of events) {
        if (resOpFailedEvent) {
            const { urn, op } = resOpFailedEvent.metadata;
            failedUrns.add(urn);
            result.failed.push({ ...resourceName(urn), op, message: messages.get(urn) ?? "no message" });
        }
        if (resourcePreEvent) {
            const { op, urn, keys } = resourcePreEvent.metadata;
            // the logical step represents the two physical steps of a replacement
            if (!["create", "update", "delete", "replace"].includes(op)) continue;
            const because = op === "replace" ? (keys ?? []) : [];
            result.steps.push({ ...resourceName(urn), op, changes: changesOf(resourcePreEvent.metadata), because });
        }
    }
    for (const [urn, message] of messages) {
        if (!failedUrns.has(urn)) result.errors.push(`${resourceName(urn).name}: ${message}`);
    }
    return result;
}

/** `null`, `[]`, `{}`, `""` and anything that contains nothing else: providers write any of them, or omit the property. */
function bare(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value === "" || value === null ? undefined : value;
    const entries = Object.entries(value).map(([key, item]) => [key, bare(item)] as const);
    const kept = entries.filter(([, item]) => item !== undefined);
    if (kept.length === 0) return undefined;
    return Array.isArray(value) ? entries.map(([, item]) => item ?? null) : Object.fromEntries(kept);
}

const isNotation = ({ was, is }: PropertyChange): boolean => !same(was, is) && same(bare(was), bare(is));

/** Finds in the events of a refresh which resources differ from the state: their provider reports it in `op`. */
export function drift(events: EngineEvent[]): DriftedResource[] {
    return events.flatMap(({ resOutputsEvent }) => {
        if (!resOutputsEvent || resOutputsEvent.metadata.op === "same") return [];
        const { metadata } = resOutputsEvent;
        const gone = metadata.op === "delete";
        const changes = gone ? [] : changesOf(metadata).filter((change) => !isNotation(change));
        return [{ ...resourceName(metadata.urn), drift: changes, gone }];
    });
}
