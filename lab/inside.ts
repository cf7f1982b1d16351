import { stackPaths } from "../paths";
import { netnsHandle } from "./netns";
import { namespaceInode } from "./procfs";

const isOwnNetwork = (netns: string): boolean => {
    const inode = namespaceInode(netnsHandle(netns));
    return inode !== undefined && inode === namespaceInode("/proc/self/ns/net");
};

/** Whether this process is in the network of the stack's servers, like the engine and `./voip shell`. */
export const insideLab = (stack: string): boolean => isOwnNetwork(stackPaths(stack).netns);

/** Whether this process is in one of the lab's networks, including the phones'. */
export const insideAnyNetwork = (stack: string): boolean =>
    insideLab(stack) || isOwnNetwork(stackPaths(stack).phonesNetns);

/** `true` in the environment of a preview that needs no lab: for a stack that was never up, it contacts no server. */
export const previewWithoutLab = "VOIP_PREVIEW_WITHOUT_LAB";
