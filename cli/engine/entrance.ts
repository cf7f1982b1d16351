import { projectDir } from "../../paths";
import { note } from "../result";
import { backendOf } from "./backend";
import type { Operation } from "./commandline";
import { onLoopback } from "./loopback";
import type { Wrap } from "./run";
import { resourceName, type ResourceName } from "./tally";

export interface Entrance {
    wrap: Wrap;
    /** Parts of the lab were just started: resources in the state may have been lost with their predecessors. */
    isNew: boolean;
}

/** Where the engine runs: in the lab if the stack has one, directly if it uses this host's own libvirt. */
export async function entrance(operation: Operation, stack: string, lab: boolean): Promise<Entrance> {
    const direct: Entrance = { wrap: operation === "preview" ? onLoopback() : (argv) => argv, isNew: false };
    if (!lab) return direct;
    const { engineArgv, ensureLab, labState } = await import("../../lab/lab");
    if (operation === "preview") {
        // a preview touches nothing: it makes no lab, but uses an existing one
        const { init, netns } = await labState(stack);
        const { otherOwner } = await import("../../lab/owner");
        const isUsable = init && netns && process.getuid?.() === 0 && !otherOwner(stack, () => backendOf(stack));
        return isUsable ? { wrap: (argv) => engineArgv(stack, argv), isNew: false } : direct;
    }
    const { started, repaired } = await ensureLab(stack, backendOf(stack));
    if (started.length) note(`lab ${stack}: started`);
    if (repaired.length) note(`lab ${stack}: repaired ${repaired.join(", ")}`);
    return { wrap: (argv) => engineArgv(stack, argv), isNew: started.length + repaired.length > 0 };
}

/** Removes the lab, or its remains. */
export async function removeLab(stack: string): Promise<void> {
    await (await import("../../lab/lab")).removeLab(stack);
}

/** Whether anything of the stack exists: resources in its state, or parts of its lab. */
export async function isThere(stack: string, lab: boolean): Promise<boolean> {
    return (await hasResources(stack)) || (lab && (await hasLab(stack)));
}

/** Whether any part of the stack's lab exists. */
export async function hasLab(stack: string): Promise<boolean> {
    const { labState } = await import("../../lab/lab");
    return Object.values(await labState(stack)).some(Boolean);
}

/** The resources that are protected in the stack's state; limited to `targets`, if given. */
export async function protectedResources(stack: string, targets?: string[]): Promise<ResourceName[]> {
    const { listResources } = await import("../../engine/outputs");
    return listResources(stack, projectDir)
        .filter(({ urn, protect }) => protect && (targets?.includes(urn) ?? true))
        .map(({ urn }) => resourceName(urn));
}

/** Changes the state only: from now on, the engine removes these resources from the state and leaves them where they are. */
export async function liftProtection(stack: string, resources: ResourceName[]): Promise<void> {
    const urns = resources.map(({ urn }) => urn);
    await (await import("../../engine/unprotect")).unprotect(stack, projectDir, urns);
}

/** Whether the state has any resource of the stack. */
export async function hasResources(stack: string): Promise<boolean> {
    const { listResources } = await import("../../engine/outputs");
    return listResources(stack, projectDir).length > 0;
}
