import { waitFor } from "../../process/wait";
import type { DockerApi } from "./api";
import { unframe } from "./logs";

/**
 * Runs a command in a running container, as the container's user, and waits for its end.
 * @returns what it printed, standard output and standard error
 * @throws DockerError if it can't be started; Error with its output if it fails
 */
export async function execIn(
    api: DockerApi,
    container: string,
    argv: string[],
    signal = AbortSignal.timeout(60_000),
): Promise<string> {
    const body = { Cmd: argv, AttachStdout: true, AttachStderr: true };
    const { Id } = (await api.call("POST", `/containers/${container}/exec`, { body })) as { Id: string };
    const answer = await api.call("POST", `/exec/${Id}/start`, { body: { Detach: false, Tty: false }, signal });
    const said = Buffer.isBuffer(answer) ? unframe(answer).trim() : "";
    const ended = async (): Promise<number | undefined> => {
        const seen = (await api.call("GET", `/exec/${Id}/json`)) as { Running: boolean; ExitCode: number | null };
        return seen.Running ? undefined : (seen.ExitCode ?? -1);
    };
    // the daemon closes the output a moment before it knows the status
    const status = await waitFor(`the end of ${argv[0]} in ${container}`, ended, { deadlineMs: 10_000 });
    if (status !== 0) throw new Error(`${argv[0]} in container ${container}: exit status ${status}\n${said}`);
    return said;
}
