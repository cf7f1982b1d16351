import { leanNode, nodeArgv } from "../../process/node";
import type { EngineChoice } from "./choice";

export type Operation = "up" | "preview" | "refresh" | "destroy";

export interface EngineRequest {
    operation: Operation;
    stack: string;
    targets: string[];
    parallel?: number;
}

/** The project's policy pack, in its directory. Operations that change nothing, or only remove, don't need it. */
const policyArgs = (operation: Operation): string[] =>
    operation === "preview" || operation === "up" ? ["--policy-pack", "policies"] : [];

/** The embedded engine: events on standard output. */
export function embeddedArgv({ operation, stack, targets, parallel }: EngineRequest): string[] {
    return [
        ...nodeArgv("engine/main.ts", leanNode),
        operation,
        "--stack",
        stack,
        ...policyArgs(operation),
        ...targets.flatMap((urn) => ["--target", urn]),
        ...(parallel ? ["--parallel", String(parallel)] : []),
    ];
}

/**
 * The official CLI: events in a file, which only its debugging commands write (`PULUMI_DEBUG_COMMANDS=true`).
 * @param configFile the stack's configuration, which it also writes to
 */
export function pulumiArgv(
    { argv }: EngineChoice,
    { operation, stack, targets, parallel }: EngineRequest,
    { eventLog, configFile }: { eventLog: string; configFile: string },
): string[] {
    return [
        ...argv,
        operation,
        "--non-interactive",
        "--stack",
        stack,
        "--event-log",
        eventLog,
        "--config-file",
        configFile,
        ...policyArgs(operation),
        ...(operation === "preview" ? [] : ["--yes", "--skip-preview"]),
        ...targets.flatMap((urn) => ["--target", urn]),
        ...(parallel ? ["--parallel", String(parallel)] : []),
    ];
}

/** Makes the stack for the official CLI if the backend does not have it yet; the CLI writes to the stack's file in `dir`. */
export const pulumiSelectArgv = ({ argv }: EngineChoice, stack: string, dir: string): string[] => [
    ...argv,
    "stack",
    "select",
    "--create",
    "--non-interactive",
    "--stack",
    stack,
    "--cwd",
    dir,
];
