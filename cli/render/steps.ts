import { replacementReason } from "../../providers/reasons";
import type { Counts, DriftedResource, Step, Violation } from "../engine/tally";
import { changeLines } from "./changes";

const signs: Record<string, string> = { create: "+", update: "~", delete: "-", replace: "±" };

const indented = (line: string): string => `      ${line}`;

/** Why a resource is replaced, one line per property that forces it. */
const replacementLines = ({ type, because }: Step): string[] =>
    because.map((property) => `replaced because of ${property}: ${replacementReason(type, property.split(/[.[]/)[0])}`);

function stepLines(step: Step): string[] {
    const { op, type, name, changes } = step;
    const details = op === "update" || op === "replace" ? changes.flatMap(changeLines) : [];
    return [`  ${signs[op] ?? op} ${type} ${name}`, ...[...replacementLines(step), ...details].map(indented)];
}

/** What a preview would do, one line per resource, with changes and reasons below it; policy advice comes last. */
export function previewText(steps: Step[], counts: Counts, violations: Violation[] = []): string {
    const lines = steps.flatMap(stepLines);
    const advice = violations.filter(({ level }) => level === "advisory").map(violationText);
    return [...(lines.length ? lines : ["  nothing to do"]), ...advice, countsText(counts, "to ")].join("\n");
}

/** A broken rule, in one line. */
export const violationText = ({ policy, level, message }: Violation): string =>
    `${level === "advisory" ? "advice" : "policy"} ${policy}: ${message}`;

/** The findings of a refresh, one line per resource. */
export function driftText(drifted: DriftedResource[]): string {
    if (!drifted.length) return "everything is as the state says";
    return drifted
        .flatMap(({ type, name, drift, gone }) => [
            `  ${gone ? "-" : "~"} ${type} ${name}${gone ? " is gone" : " has drifted"}`,
            ...drift.flatMap(changeLines).map(indented),
        ])
        .join("\n");
}

/** `3 created, 2 same`; with "to ", `3 to create`. */
export function countsText(counts: Counts, to: "" | "to " = ""): string {
    const words: [keyof Counts, string, string][] = [
        ["created", "created", "create"],
        ["updated", "updated", "update"],
        ["replaced", "replaced", "replace"],
        ["deleted", "deleted", "delete"],
        ["same", "same", "keep"],
    ];
    const said = words
        .filter(([key]) => counts[key] > 0)
        .map(([key, done, verb]) => `${counts[key]} ${to ? `to ${verb}` : done}`);
    return said.join(", ") || "nothing there";
}
