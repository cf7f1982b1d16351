import { isLocal, virsh } from "../../clients/libvirt";
import { kvmState } from "../../lab/kvm";
import type { Accelerator } from "./domain-xml";

/** The fastest way to run VMs with this libvirt. */
export async function chooseAccelerator(uri: string): Promise<Accelerator> {
    if (isLocal(uri)) return kvmState() === "usable" ? "kvm" : "tcg";
    const { stdout } = await virsh(uri, ["capabilities"]);
    return stdout.includes("<domain type='kvm'") ? "kvm" : "tcg";
}
