import type { Process } from "../../../lab/procfs";

/** A process as the lab's parts see it. */
export const processOf = (pid: number, more: Partial<Process> = {}): Process => ({
    ...{ pid, parent: 1, nestedPids: [pid], name: "sh", netns: undefined },
    ...more,
});
