import * as fs from "node:fs";

/** Whether this machine's processor can run VMs (KVM), or else why they are emulated. */
export type KvmState = "usable" | "no device" | "no access" | "no extensions";

/** Intel's VT-x and AMD's AMD-V, by their names in /proc/cpuinfo. */
const extensions = /^flags\s*:.* (vmx|svm)( |$)/m;

/**
 * /dev/kvm alone is no proof: if the processor's virtualisation extensions are hidden, KVM may still be offered (such as
 * PVM's), but no ordinary kernel boots with it.
 */
export function kvmState(device = "/dev/kvm", cpuinfo = "/proc/cpuinfo"): KvmState {
    try {
        fs.closeSync(fs.openSync(device, "r+"));
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "ENOENT" ? "no device" : "no access";
    }
    return extensions.test(fs.readFileSync(cpuinfo, "utf8")) ? "usable" : "no extensions";
}
