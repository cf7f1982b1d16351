/** The used part of the package, whose own types need a module resolution that CommonJS does not have. */
import type { ClientBase } from "pg";

export interface RunnerOption {
    /** Connected; stays open. */
    dbClient: ClientBase;
    /** Directory of the migrations, run in the order of their names. */
    dir: string;
    direction: "up" | "down";
    migrationsTable: string;
    /** All pending migrations, or none. */
    singleTransaction?: boolean;
    /** Refuses to run where a migration that comes later by name was run before. */
    checkOrder?: boolean;
    logger?: Record<"debug" | "info" | "warn" | "error", (text: string) => void>;
}

export interface NodePgMigrate {
    runner: (options: RunnerOption) => Promise<{ path: string; name: string; timestamp: number }[]>;
}

export function loadNodePgMigrate(): Promise<NodePgMigrate>;
