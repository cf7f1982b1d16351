import type { EngineEvent, OpType, StepMetadata } from "../../../engine/events";

export const urnOf = (type: string, name: string): string => `urn:pulumi:dev::voip-stack::${type}::${name}`;

/** A step as the engine reports it. */
export function step(
    op: OpType,
    name: string,
    old: Record<string, unknown> | null,
    current: Record<string, unknown> | null,
    more: Partial<StepMetadata> = {},
): StepMetadata {
    const type = "pulumi-nodejs:dynamic/voip:Vm";
    const urn = urnOf(type, name);
    const state = (inputs: Record<string, unknown>): StepMetadata["new"] =>
        ({ type, urn, id: name, parent: "", inputs, outputs: inputs, provider: "" }) as StepMetadata["new"];
    return {
        op,
        urn,
        type,
        old: old && state(old),
        new: current && state(current),
        detailedDiff: null,
        provider: "",
        ...more,
    };
}

let sequence = 0;

export const event = (content: Omit<EngineEvent, "sequence" | "timestamp">): EngineEvent => ({
    sequence: sequence++,
    timestamp: 0,
    ...content,
});

export const summary = (resourceChanges: Partial<Record<OpType, number>>): EngineEvent =>
    event({
        summaryEvent: {
            maybeCorrupt: false,
            durationSeconds: 1,
            resourceChanges,
            PolicyPacks: {},
            isPreview: false,
            result: "succeeded",
        },
    });
