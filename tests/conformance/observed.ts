import * as fs from "node:fs";
import type { StateMetadata, StepMetadata } from "../../engine/events";
import { UNKNOWN_VALUE, without } from "../../engine/properties";
import { isDefaultProvider, isStackType, typeOfUrn } from "../../engine/urn";
import type { Outcome } from "./engines";
import type { Workspace } from "./workspace";

/** What one operation came to, in a form in which two engines can be compared field by field. */
export interface Observed {
    ended: "done" | "failed" | "interrupted";
    changes: Outcome["changes"];
    /** Steps announced and completed, sorted: side by side they come in any order. */
    announced: unknown[];
    completed: unknown[];
    /** Resources that an error was about. */
    failed: string[];
    /** Resources of the checkpoint, sorted; secrets in plain. */
    resources: unknown[];
    pending: unknown[];
    /** Files that the things are. */
    files: string[];
}

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Leaves out times, random ids, and where the workspace is. */
function normal(value: unknown, workspace: Workspace): unknown {
    const text = JSON.stringify(value, (key, item: unknown) => {
        if (key === "created" || key === "modified") return "<time>";
        // Code of the dynamic provider, as the SDK in the program serialised it.
        if (key === "__provider") return "<code>";
        // Positions in the program are what its own stack traces say: they name nothing of the stack.
        if (key === "sourcePosition" || key === "stackTrace") return undefined;
        // Secrets of events: the official engine shows them as in a checkpoint.
        if ((item as { ciphertext?: string } | null)?.ciphertext === "[secret]") return "[secret]";
        // Sets, which have no order.
        if (key === "dependencies") return [...(item as string[])].sort();
        return item;
    });
    const known = text.replaceAll(workspace.root, "<root>").replaceAll(UNKNOWN_VALUE, "[unknown]");
    return JSON.parse(known.replace(UUID, "<uuid>"));
}

const sorted = (list: unknown[]): unknown[] =>
    list
        .map((item) => [JSON.stringify(item), item] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, item]) => item);

const present = <T extends object>(object: T): Partial<T> =>
    Object.fromEntries(
        Object.entries(object).filter(([, value]) => value !== undefined && value !== false && value !== ""),
    ) as Partial<T>;

function stateOf(state: StateMetadata | null): unknown {
    if (!state) return null;
    const { type, urn, custom, id, parent, protect, inputs, outputs, provider } = state;
    // Code of the dynamic provider: the embedded engine shows it nobody.
    const shown = { inputs: without(inputs, "__provider"), outputs: without(outputs, "__provider") };
    const known = id === UNKNOWN_VALUE ? "" : id;
    return present({ type, urn, custom, id: known, parent, protect, ...shown, provider });
}

function stepOf(metadata: StepMetadata): unknown {
    const { op, urn, type, keys, diffs, detailedDiff, logical, provider } = metadata;
    // A renamed parent has its new URN in the embedded engine's old state too.
    const old = metadata.old && { ...metadata.old, parent: "" };
    const states = { old: stateOf(old), new: stateOf(metadata.new) };
    const properties = { keys: [...(keys ?? [])].sort(), diffs: [...(diffs ?? [])].sort() };
    // The embedded engine tells of properties, the official one also of what changed inside of them.
    const detailed = new Set(Object.keys(detailedDiff ?? {}).map((path) => path.split(/[.[]/)[0]));
    return present({ op, urn, type, ...properties, detailed: [...detailed].sort(), logical, provider, ...states });
}

/** @throws Error when a resource stands before one that it depends on. */
function assertOrder(resources: Record<string, unknown>[]): void {
    const seen = new Set<unknown>();
    for (const { urn, dependencies, parent } of resources) {
        const needs = [...((dependencies as string[] | undefined) ?? []), ...(parent ? [parent] : [])];
        const missing = needs.filter((other) => !seen.has(other)) as string[];
        if (missing.length > 0) throw new Error(`the checkpoint has ${String(urn)} before ${missing.join(", ")}`);
        seen.add(urn);
    }
}

export async function observe(outcome: Outcome, interrupted: boolean, workspace: Workspace): Promise<Observed> {
    const stored = (await workspace.checkpoint())?.latest;
    const resources = stored?.resources ?? [];
    assertOrder(resources);
    const events = outcome.events;
    // Which of the unchanged ones were looked at before an operation ended early is a matter of time.
    const shown = ({ urn, op }: StepMetadata): boolean =>
        !isDefaultProvider(urn) && (outcome.status === 0 || op !== "same");
    // So is whether the program, which did not fail itself, had come to register the stack's outputs.
    const ended = ({ type }: StepMetadata): boolean => outcome.status === 0 || !isStackType(type);
    const announced = events.flatMap(({ resourcePreEvent: event }) => (event ? [event.metadata] : []));
    const completed = events.flatMap(({ resOutputsEvent: event }) => (event ? [event.metadata] : []));
    // Of what a refresh found, the embedded engine also tells the properties where the provider names none.
    const isRefresh = announced.some(({ op }) => op === "refresh");
    const told = (metadata: StepMetadata): StepMetadata =>
        isRefresh ? { ...metadata, diffs: [], detailedDiff: null } : metadata;
    const failed = events.flatMap(({ resOpFailedEvent: step, diagnosticEvent: said }) =>
        step ? [step.metadata.urn] : said?.severity === "error" && said.urn ? [said.urn] : [],
    );
    const changes = { ...outcome.changes };
    delete changes.same;
    const seen = {
        ended: outcome.status === 0 ? "done" : interrupted ? "interrupted" : "failed",
        changes,
        announced: sorted(announced.filter(shown).map(stepOf)),
        completed: sorted(completed.filter(shown).filter(ended).map(told).map(stepOf)),
        failed: [...new Set(failed)].filter((urn) => !isStackType(typeOfUrn(urn))).sort(),
        resources: sorted(resources),
        pending: sorted(stored?.pending_operations ?? []),
        files: fs.readdirSync(workspace.files).sort(),
    };
    return normal(seen, workspace) as Observed;
}
