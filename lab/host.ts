import * as fs from "node:fs";
import { run } from "../process/run";
import { missingPackages } from "./packages";

/** Why this machine can't hold a lab, one sentence each; empty if it can. */
export async function hostProblems(): Promise<string[]> {
    if (process.platform !== "linux") {
        return [
            `a lab needs Linux, this is ${process.platform}: set lab to false and give each VM a hypervisor of its own`,
        ];
    }
    const uid = process.getuid?.();
    if (uid !== 0)
        return [`a lab makes network namespaces, which only root may do: run as root, not as user id ${uid}`];

    const missing = missingPackages("lab");
    if (missing.length) return [`a lab needs packages that are not installed: apt-get install ${missing.join(" ")}`];

    const problems: string[] = [];
    if (!fs.existsSync("/dev/net/tun")) {
        problems.push(
            "VMs need /dev/net/tun, which is not there: modprobe tun (a container needs --device /dev/net/tun)",
        );
    }
    await run(["unshare", "--mount", "--net", "--pid", "--fork", "mount", "-t", "sysfs", "sysfs", "/sys"]).catch(
        (error: Error) =>
            problems.push(
                `a lab needs namespaces, which this host refuses (a container needs --privileged): ${error.message}`,
            ),
    );
    return problems;
}
