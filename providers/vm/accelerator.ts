import * as fs from "node:fs";
import { isLocal, virsh } from "../../clients/libvirt";
import type { Accelerator } from "./domain-xml";

/**
 * How VMs run fastest at this libvirt. On this machine /dev/kvm alone is no proof: where the processor's virtualisation
 * extensions are hidden, KVM may still be offered (such as PVM's), and no ordinary kernel boots with it.
 */
export async function chooseAccelerator(uri: string): Promise<Accelerator> {
    if (isLocal(uri)) return hasVirtualisation() && canOpen("/dev/kvm") ? "kvm" : "tcg";
    const { stdout } = await virsh(uri, ["capabilities"]);
    return stdout.includes("<domain type='kvm'") ? "kvm" : "tcg";
}

/** Intel's VT-x and AMD's AMD-V, as /proc/cpuinfo names them. */
const hasVirtualisation = () => /^flags\s*:.* (vmx|svm)( |$)/m.test(fs.readFileSync("/proc/cpuinfo", "utf8"));

function canOpen(device: string): boolean {
    try {
        fs.closeSync(fs.openSync(device, "r+"));
        return true;
    } catch {
        return false;
    }
}
