import * as fs from "node:fs";
import type { PendingOperation, ResourceState } from "../../../engine/state";
import type { Workspace } from "./workspace";

interface Checkpoint {
    checkpoint: { latest: { resources?: ResourceState[]; pending_operations?: PendingOperation[] } };
}

const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const hash = /[0-9a-f]{12,64}/g;

/** What is recorded of a stack. */
export interface Recorded {
    resources: ResourceState[];
    pending: PendingOperation[];
}

export function recorded({ checkpointFile }: Workspace): Recorded {
    if (!fs.existsSync(checkpointFile)) return { resources: [], pending: [] };
    const { latest } = (JSON.parse(fs.readFileSync(checkpointFile, "utf8")) as Checkpoint).checkpoint;
    return { resources: latest.resources ?? [], pending: latest.pending_operations ?? [] };
}

/**
 * What is recorded, and what else is found, as two runs of one program must agree on it: without times, ids and values made
 * at random, the ciphertext of secrets and the directory of the workspace; resources in the order of their names.
 * @param random values that are made at random, by what stands for them
 */
export function comparable(
    workspace: Workspace,
    traces: unknown,
    random: (state: Recorded) => Record<string, string>,
): Recorded & { traces: unknown } {
    const state = recorded(workspace);
    let text = JSON.stringify({ ...state, traces }, (key, value: unknown) => {
        if (key === "created" || key === "modified" || key === "sshSeconds") return "TIME";
        return key === "ciphertext" ? "SECRET" : value;
    });
    for (const [name, value] of Object.entries({ DIRECTORY: workspace.root, ...random(state) })) {
        text = text.replaceAll(value, name);
    }
    const world = JSON.parse(text.replace(uuid, "UUID").replace(hash, "HASH")) as Recorded & { traces: unknown };
    world.resources.sort((a, b) => (a.urn < b.urn ? -1 : 1));
    return world;
}
