import { nodeArgv } from "../../process/node";
import type { EngineChoice } from "./choice";

export type Operation = "up" | "preview" | "refresh" | "destroy";

export interface EngineRequest {
    operation: Operation;
    stack: string;
    targets: string[];
    parallel?: number;
}

/** The embedded engine: events on standard output. */
export function embeddedArgv({ operation, stack, targets, parallel }: EngineRequest): string[] {
    return [
        ...nodeArgv("engine/main.ts"),
        operation,
        "--stack",
        stack,
        ...targets.flatMap((urn) => ["--target", urn]),
        ...(parallel ? ["--parallel", String(parallel)] : []),
    ];
}

/** The official CLI: events in a file, which only its debugging commands write (`PULUMI_DEBUG_COMMANDS=true`). */
export function pulumiArgv(
    { argv }: EngineChoice,
    { operation, stack, targets, parallel }: EngineRequest,
    eventLog: string,
): string[] {
    return [
        ...argv,
        operation,
        "--non-interactive",
        "--stack",
        stack,
        "--event-log",
        eventLog,
        ...(operation === "preview" ? [] : ["--yes", "--skip-preview"]),
        ...targets.flatMap((urn) => ["--target", urn]),
        ...(parallel ? ["--parallel", String(parallel)] : []),
    ];
}

/** Makes the stack for the official CLI where the backend does not have it yet. */
export const pulumiSelectArgv = ({ argv }: EngineChoice, stack: string): string[] => [
    ...argv,
    "stack",
    "select",
    "--create",
    "--non-interactive",
    "--stack",
    stack,
];
