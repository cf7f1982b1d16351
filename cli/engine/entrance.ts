import { projectDir } from "../../paths";
import { note } from "../result";
import { backendOf } from "./backend";
import type { Operation } from "./commandline";
import { onLoopback } from "./loopback";
import type { Wrap } from "./run";
import { resourceName, type ResourceName } from "./tally";

export interface Entrance {
    wrap: Wrap;
    /** Parts of the lab were started just now: what the state knows of may have gone with their predecessors. */
    isNew: boolean;
}

/** How the engine is entered: in the lab when the stack has one, directly when it works on this host's own libvirt. */
export async function entrance(operation: Operation, stack: string, lab: boolean): Promise<Entrance> {
    const direct: Entrance = { wrap: operation === "preview" ? onLoopback() : (argv) => argv, isNew: false };
    if (!lab) return direct;
    const { engineArgv, ensureLab, labState } = await import("../../lab/lab");
    if (operation === "preview") {
        // a preview touches nothing: it makes no lab, but uses one that is there
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

/** Removes the lab, or what is left of one. */
export async function removeLab(stack: string): Promise<void> {
    await (await import("../../lab/lab")).removeLab(stack);
}

/** Whether there is anything of the stack: resources in its state, or parts of its lab. */
export async function isThere(stack: string, lab: boolean): Promise<boolean> {
    return (await hasResources(stack)) || (lab && (await hasLab(stack)));
}

/** Whether any part of the stack's lab is there. */
export async function hasLab(stack: string): Promise<boolean> {
    const { labState } = await import("../../lab/lab");
    return Object.values(await labState(stack)).some(Boolean);
}

/** The resources that the stack's state has as protected; of `targets`, where those are given. */
export async function protectedResources(stack: string, targets?: string[]): Promise<ResourceName[]> {
    const { listResources } = await import("../../engine/outputs");
    return listResources(stack, projectDir)
        .filter(({ urn, protect }) => protect && (targets?.includes(urn) ?? true))
        .map(({ urn }) => resourceName(urn));
}

/** In the state: what the engine removes from it from now on stays where it is. */
export async function liftProtection(stack: string, resources: ResourceName[]): Promise<void> {
    const urns = resources.map(({ urn }) => urn);
    await (await import("../../engine/unprotect")).unprotect(stack, projectDir, urns);
}

/** Whether the state knows of any resource of the stack. */
export async function hasResources(stack: string): Promise<boolean> {
    const { listResources } = await import("../../engine/outputs");
    return listResources(stack, projectDir).length > 0;
}
