import * as fs from "node:fs";
import * as path from "node:path";
import { stackPaths, stateHomeOf } from "../paths";

/** The owner of a lab: its name is the stack's, and another state or directory may have a stack of that name too. */
export interface LabOwner {
    /** URL of the backend that has the stack's state; a directory is given by its absolute path. */
    backend: string;
    /** The stack's files on this machine. */
    dataDir: string;
}

const file = (stack: string): string => path.join(stackPaths(stack).runDir, "owner.json");

/** The owner of a lab that this process makes. */
const ownOwner = (stack: string, backend: string): LabOwner => ({ backend, dataDir: stackPaths(stack).dataDir });

function recordedOwner(stack: string): LabOwner | undefined {
    try {
        return JSON.parse(fs.readFileSync(file(stack), "utf8")) as LabOwner;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
    }
}

/** Records this process's state and directory as the lab's owner; the file is removed with the lab's other files. */
export function recordOwner(stack: string, backend: string): void {
    fs.writeFileSync(file(stack), JSON.stringify(ownOwner(stack, backend)), { mode: 0o600 });
}

/**
 * The lab's owner, in one sentence with what to do; undefined if it is this one, or if none is recorded.
 * @param backend returns the backend of this stack; called only if an owner is recorded
 */
export function otherOwner(stack: string, backend: () => string): string | undefined {
    const owner = recordedOwner(stack);
    if (!owner) return undefined;
    const own = ownOwner(stack, backend());
    const variables = [
        ...(owner.backend === own.backend ? [] : [`PULUMI_BACKEND_URL=${owner.backend}`]),
        ...(owner.dataDir === own.dataDir ? [] : [`XDG_STATE_HOME=${stateHomeOf(owner.dataDir)}`]),
    ];
    if (!variables.length) return undefined;
    return (
        `lab ${stack} of this machine belongs to the stack with state in ${owner.backend} and files in ${owner.dataDir}: ` +
        `set ${variables.join(" and ")} to work on that one, or give this one another name`
    );
}
