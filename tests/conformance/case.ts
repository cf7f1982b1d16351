import type { OpType } from "../../engine/events";
import type { OperationKind } from "../../engine/request";
import type { ConfigValue, Workspace } from "./workspace";

/** One operation of a case, and what is expected of every engine. */
export interface Step {
    run: OperationKind;
    /** What the program describes (see programs/thing.ts); that of the step before when it is not given. */
    stage?: number;
    config?: Record<string, ConfigValue>;
    secrets?: Record<string, string>;
    /** Targets, as `TYPE::NAME`, the type with those of the parents before it. */
    targets?: string[];
    /** What somebody does behind the engine's back before this step. */
    meanwhile?: (workspace: Workspace) => void;
    /** Sends SIGINT as soon as the log of the things says this. */
    interruptAt?: string;
    /** Default: done. */
    ends?: "done" | "failed" | "interrupted";
    /** What the summary counts, `same` aside. */
    changes: Partial<Record<OpType, number>>;
    /** What was done to things, in any order unless `inOrder`. */
    log?: string[];
    inOrder?: boolean;
    /** Every engine says this as an error. */
    says?: RegExp;
    /** What the CLI says where it has other words for it. */
    officialSays?: RegExp;
    /** Stack outputs after the step, secrets in plain. */
    outputs?: Record<string, unknown>;
}

export interface Case {
    name: string;
    /** Folder in programs/. */
    program: string;
    steps: Step[];
}
