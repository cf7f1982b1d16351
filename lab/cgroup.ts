import { run } from "../process/run";
import { waitFor } from "../process/wait";

/** Removes what is below a directory, deepest first; a control group without processes is removed like a directory. */
const script = `mount -t cgroup2 cgroup2 /sys || exit 0
[ ! -d "/sys/$1" ] || find "/sys/$1" -depth -type d -exec rmdir {} +`;

/** A process that was killed is in its group until the kernel has cleared it away, which takes seconds on a busy machine. */
const deadlineMs = 30_000;

/**
 * Removes a control group (cgroups(7), version 2) with those below it, when all their processes have ended. cgroup2 is mounted
 * for that out of everybody's sight: it is there on every host, but not always mounted. A kernel without it has no groups.
 * @throws Error when processes are left
 */
export async function removeCgroup(name: string): Promise<void> {
    const remove = () => run(["unshare", "--mount", "sh", "-c", script, "sh", name]);
    await waitFor(`the processes of the control group ${name} to end`, remove, { deadlineMs });
}
