/**
 * The shell command that runs another one as root inside of a container of this VM. Without docker exec, which takes seconds on
 * an emulated CPU.
 * @param pid process id of the container's first process, or shell that gives it
 */
export const enterContainer = (pid: string, command: string): string =>
    `nsenter --target ${pid} --mount --root --wd ${command}`;

/** The same for a container that is known by its process, which has its name. */
export const inContainer = (container: string, command: string): string =>
    enterContainer(`$(pgrep -o -x ${container})`, command);
