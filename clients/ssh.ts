import { run, type RunOptions, type RunResult } from "../process/run";

/** How to reach a VM: a Host entry of an ssh configuration file, with address, user, keys and host key. */
export interface SshTarget {
    sshConfig: string;
    host: string;
}

/** The command line that runs `command` on the VM; connections are shared through the file's ControlMaster. */
export function sshArgv(target: SshTarget, command: string): string[] {
    return ["ssh", "-F", target.sshConfig, "-o", "BatchMode=yes", target.host, "--", command];
}

/** The text as one word of a shell command. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * Runs a shell command on a VM as user voip; one round trip.
 * @throws CommandError; exit status 255 is ssh's own (the VM could not be reached).
 */
export function ssh(target: SshTarget, command: string, options: RunOptions = {}): Promise<RunResult> {
    return run(sshArgv(target, command), options);
}
