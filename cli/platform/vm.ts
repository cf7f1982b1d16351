import { sshArgv } from "../../clients/ssh";
import type { PlatformOutputs } from "../../contract";
import { enterLab } from "../../lab/lab";
import { run, type RunOptions } from "../../process/run";

/**
 * Runs a shell command on a VM of the platform, from outside its network; one round trip.
 * @throws CommandError
 */
export async function onVm(
    stack: string,
    { sshConfig, lab }: Pick<PlatformOutputs, "sshConfig" | "lab">,
    host: string,
    command: string,
    options: RunOptions = {},
): Promise<string> {
    const argv = sshArgv({ sshConfig, host }, command);
    return (await run(lab.enabled ? enterLab(stack, argv) : argv, options)).stdout;
}
