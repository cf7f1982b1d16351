import type { OperationContext } from "../../../engine/plugins/plugin";

/** What the engine hands to an operation; `lines` collects what was logged. */
export function context(overrides: Partial<OperationContext> = {}): OperationContext & { lines: string[] } {
    const lines: string[] = [];
    return {
        urn: "urn:pulumi:test::voip-stack::test:index:Thing::thing",
        preview: false,
        signal: new AbortController().signal,
        log: (line) => lines.push(line),
        lines,
        ...overrides,
    };
}
