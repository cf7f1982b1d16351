import { endLab, labState } from "../../lab/lab";
import { shutDownVms } from "../../lab/shutdown";
import { stackPaths } from "../../paths";
import { endDaemon } from "../../providers/docker-daemon/daemon";
import { checkLabOwner } from "../engine/owner";
import { messageOf, Failure, note, type Result } from "../result";
import { checkedConfig } from "./prepare";

/**
 * Ends all that runs of a stack, as before its machine is switched off: guests and databases first, in order, then the lab.
 * @throws Failure for a stack without a lab, or one whose lab belongs to another
 */
export async function stop(stack: string): Promise<Result> {
    const { lab } = await checkedConfig(stack, "refresh");
    if (!lab) throw new Failure(`stack ${stack} has no lab: stop its VMs in their hypervisors`);
    await checkLabOwner(stack);
    const { init, libvirtd } = await labState(stack);
    if (!init && !libvirtd)
        return { facts: { stack, vms: [], cut: [] }, text: `${stack}: nothing runs, nothing was stopped` };
    const nothing = { off: [], cut: [] };
    const { off, cut } = libvirtd ? await shutDownVms(stack) : nothing;
    if (cut.length) note(`did not power off, and were cut off: ${cut.join(", ")}`);
    await endDaemon(stackPaths(stack)).catch((error: unknown) => note(messageOf(error)));
    await endLab(stack);
    const text = `${stack}: ${off.length} VMs and the core services are stopped; ./voip up --stack ${stack} starts them`;
    return { facts: { stack, vms: off, cut }, text };
}
