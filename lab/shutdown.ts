import { virsh, virshNames } from "../clients/libvirt";
import { sshArgv } from "../clients/ssh";
import { poweroff } from "../images/guest/poweroff";
import { stackPaths } from "../paths";
import { run } from "../process/run";
import { waitFor } from "../process/wait";
import { enterLab } from "./lab";

/** Milliseconds for all guests to power off; an emulated one takes 7 s on idle processors. */
const poweroffMs = 90_000;

/**
 * Powers off the lab's VMs, all at once; cuts the power of those that don't follow. They stay off: from now on, neither libvirtd nor
 * the lab starts them, until `up` does.
 * @returns the VMs that ran, and those of them whose power was cut
 * @throws CommandError if libvirtd does not answer
 */
export async function shutDownVms(stack: string): Promise<{ off: string[]; cut: string[] }> {
    const { libvirtUri: uri, sshConfig } = stackPaths(stack);
    for (const name of await virshNames(uri, ["list", "--all", "--autostart"]))
        await virsh(uri, ["autostart", "--disable", name]);
    const running = () => virshNames(uri, ["list"]);
    const off = await running();
    await Promise.all(
        // one that can't be reached is cut off below
        off.map((host) =>
            run(enterLab(stack, sshArgv({ sshConfig, host }, poweroff)), { timeoutMs: 30_000 }).catch(() => undefined),
        ),
    );
    const ended = async () => ((await running()).length ? undefined : true);
    await waitFor("the VMs to power off", ended, { deadlineMs: poweroffMs }).catch(() => undefined);
    const cut = await running();
    for (const name of cut) await virsh(uri, ["destroy", name]);
    return { off, cut };
}
