import { spawn } from "node:child_process";
import { removeCgroup } from "../../../lab/cgroup";
import { run } from "../../../process/run";

const name = `voip-cgroup-test-${process.pid}`;
const inHierarchy = (script: string): string[] => [
    ...["unshare", "--mount", "sh", "-ec", `mount -t cgroup2 cgroup2 /sys\n${script}`, "sh", name],
];

test("a control group is removed once the last of its processes has ended", async () => {
    const [command, ...words] = inHierarchy('mkdir "/sys/$1"; echo $$ >"/sys/$1/cgroup.procs"; echo in; exec sleep 2');
    const child = spawn(command, words, { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise<void>((resolve, reject) => {
        child.stdout.once("data", () => resolve());
        child.once("exit", (status) => reject(new Error(`exit status ${status}`)));
    });
    await removeCgroup(name);
    expect(child.exitCode).toBe(0);
    await run(inHierarchy('[ ! -e "/sys/$1" ]'));
});
