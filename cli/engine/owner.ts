import { listResources, type ListedResource } from "../../engine/outputs";
import { otherOwner } from "../../lab/owner";
import { projectDir, stackPaths, stateHomeOf } from "../../paths";
import { Failure, note } from "../result";
import { backendOf } from "./backend";
import type { Operation } from "./commandline";
import { hasLab } from "./entrance";

/** Resources of the state; empty if the state is not a file, or if only the engine can interpret it. */
function recordedResources(stack: string): ListedResource[] {
    try {
        return listResources(stack, projectDir);
    } catch {
        return [];
    }
}

/** The directory of the stack's files, from its state: the keys are among the first resources. */
function recordedDataDir(stack: string): string | undefined {
    const access = recordedResources(stack).find(({ type }) => type.endsWith(":SshAccess"));
    return typeof access?.inputs.dir === "string" ? access.inputs.dir.replace(/\/ssh$/, "") : undefined;
}

/** @throws Failure naming the owner of the lab, if it belongs to another state or directory */
export async function checkLabOwner(stack: string): Promise<void> {
    const other = otherOwner(stack, () => backendOf(stack));
    if (other && (await hasLab(stack))) throw new Failure(other, { facts: { stack } });
}

/**
 * A stack is one state and one directory of keys, certificates and disks, and its lab is made for these two. A preview needs no
 * lab: it only reports that this lab belongs to another.
 * @throws Failure naming both, if this process would use others
 */
export async function checkOwner(stack: string, lab: boolean, operation?: Operation): Promise<void> {
    const { dataDir } = stackPaths(stack);
    const recorded = recordedDataDir(stack);
    if (recorded !== undefined && recorded !== dataDir) {
        throw new Failure(
            `stack ${stack} has its keys, certificates and disks in ${recorded}, not in ${dataDir}: ` +
                `set XDG_STATE_HOME=${stateHomeOf(recorded)}`,
            { facts: { stack, dataDir: recorded } },
        );
    }
    if (!lab) return;
    if (operation !== "preview") return checkLabOwner(stack);
    await checkLabOwner(stack).catch((error: unknown) => {
        if (!(error instanceof Failure)) throw error;
        note(`up would not work here: ${error.message}`);
    });
}
