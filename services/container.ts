/**
 * The shell command with which root of a VM runs another one inside a container. It avoids docker exec, which takes seconds on
 * an emulated CPU.
 * @param pid process id of the container's first process, or shell code that prints it
 */
export const enterContainer = (pid: string, command: string): string =>
    `nsenter --target ${pid} --mount --root --wd ${command}`;

/** The same for a container whose process has the container's name. */
export const inContainer = (container: string, command: string): string =>
    enterContainer(`$(pgrep -o -x ${container})`, command);
