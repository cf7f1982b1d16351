import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { OpType } from "../events";
import { replaceFile } from "./writer";

/** What `pulumi stack history` shows of one operation (pulumi/pulumi, pkg/backend/updates.go). */
export interface UpdateRecord {
    kind: "update" | "refresh" | "destroy";
    /** Seconds since 1970. */
    startTime: number;
    endTime: number;
    result: "succeeded" | "failed" | "in-progress";
    resourceChanges: Partial<Record<OpType, number>>;
    /** Plain values and, for secrets, their ciphertext, as in the stack's configuration file. */
    config: Record<string, unknown>;
}

/** Adds one record and a copy of the checkpoint to the stack's history. */
export async function addHistory(
    directory: string,
    stack: string,
    checkpoint: string,
    update: UpdateRecord,
): Promise<void> {
    await fs.mkdir(directory, { recursive: true });
    // Each draft has a unique name, so a killed run's draft is never overwritten.
    for (const name of await fs.readdir(directory)) {
        if (name.endsWith(".json.new")) await fs.rm(path.join(directory, name));
    }
    const nanoseconds = BigInt(Date.now()) * 1_000_000n + (process.hrtime.bigint() % 1_000_000n);
    const prefix = path.join(directory, `${stack}-${nanoseconds}`);
    const record = { message: "", environment: { "exec.kind": "embedded" }, version: 0, ...update };
    await replaceFile(`${prefix}.checkpoint.json`, await fs.readFile(checkpoint, "utf8"));
    await replaceFile(`${prefix}.history.json`, JSON.stringify(record, null, 4));
}
