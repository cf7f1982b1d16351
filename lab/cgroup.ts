import { run } from "../process/run";
import { waitFor } from "../process/wait";

/** Removes everything below a directory, deepest first; a control group without processes is removed like a directory. */
const script = `mount -t cgroup2 cgroup2 /sys || exit 0
[ ! -d "/sys/$1" ] || find "/sys/$1" -depth -type d -exec rmdir {} +`;

/** A killed process stays in its group until the kernel has removed it, which takes seconds on a busy machine. */
const deadlineMs = 30_000;

/**
 * Removes a control group (cgroups(7), version 2) and those below it, once all their processes have ended. For that, cgroup2 is
 * mounted privately: every host supports it, but not every host mounts it. A kernel without it has no groups.
 * @throws Error if processes are left
 */
export async function removeCgroup(name: string): Promise<void> {
    const remove = () => run(["unshare", "--mount", "sh", "-c", script, "sh", name]);
    await waitFor(`the processes of the control group ${name} to end`, remove, { deadlineMs });
}
