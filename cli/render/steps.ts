import type { Counts, DriftedResource, PropertyChange, Step } from "../engine/tally";

const show = (value: unknown): string => {
    const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
    const line = text.replace(/\s+/g, " ");
    return line.length > 60 ? `${line.slice(0, 57)}...` : line;
};

const changeLine = ({ property, was, is }: PropertyChange): string => `      ${property}: ${show(was)} -> ${show(is)}`;

const signs: Record<string, string> = { create: "+", update: "~", delete: "-", replace: "±" };

/** What a preview would do, a line a resource, with what changes below it. */
export function previewText(steps: Step[], counts: Counts): string {
    const lines = steps.flatMap(({ op, type, name, changes, because }) => [
        `  ${signs[op] ?? op} ${type} ${name}${because.length ? `, replaced because of ${because.join(", ")}` : ""}`,
        ...(op === "update" || op === "replace" ? changes.map(changeLine) : []),
    ]);
    return [...(lines.length ? lines : ["  nothing to do"]), countsText(counts, "to ")].join("\n");
}

/** What a refresh found, a line a resource. */
export function driftText(drifted: DriftedResource[]): string {
    if (!drifted.length) return "everything is as the state says";
    return drifted
        .flatMap(({ type, name, drift, gone }) => [
            `  ${gone ? "-" : "~"} ${type} ${name}${gone ? " is gone" : " has drifted"}`,
            ...drift.map(changeLine),
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
