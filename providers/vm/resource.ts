import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";
import type { VmNic } from "./hypervisor";

export interface VmArgs {
    hypervisor: pulumi.Input<"libvirt">;
    /** libvirt that runs the VM, such as `qemu:///system`. */
    uri: pulumi.Input<string>;
    /**
     * Storage pool of that libvirt, of type `dir`, for the VM's disk and image. By default they stay where they are made on
     * this machine, which the host's own libvirt may not be allowed to read.
     */
    pool?: pulumi.Input<string>;
    /** Name in the hypervisor, in `sshConfig` and of the guest. */
    vmName: pulumi.Input<string>;
    vcpus: pulumi.Input<number>;
    /** At least 256. */
    memoryMiB: pulumi.Input<number>;
    /** At least the size of the image; takes space as the guest fills it. */
    diskGiB: pulumi.Input<number>;
    /** Raw disk image that the VM's own disk is based on; it is shared and not changed. */
    disk: pulumi.Input<string>;
    kernel: pulumi.Input<string>;
    initrd: pulumi.Input<string>;
    /** Kernel command line. */
    cmdline: pulumi.Input<string>;
    /** Kernel modules, of which this kernel must have loaded one in a test boot of the image; otherwise it is not booted. */
    modules?: pulumi.Input<pulumi.Input<string>[]>;
    nics: pulumi.Input<pulumi.Input<VmNic>[]>;
    /** The operator's public key, one line of authorized_keys. */
    authorizedKey: pulumi.Input<string>;
    /** File with the guest's private SSH host key. */
    hostKeyFile: pulumi.Input<string>;
    /** `ssh -F` configuration that knows the VM by its name. */
    sshConfig: pulumi.Input<string>;
    /** Directory of the stack; without `pool` the VM's files are in `vms/<vmName>` below it. */
    dataDir: pulumi.Input<string>;
    /** The disk will have data that can't be recreated: a VM left by an earlier stack is not overwritten. */
    holdsData?: pulumi.Input<boolean>;
    /** The only allowed state, and the default; after a refresh it shows the finding. */
    state?: pulumi.Input<"running">;
    /** When the VM counts as created: once it answers ssh (the default), or once it runs. */
    ready?: pulumi.Input<"ssh" | "running">;
}

/**
 * A virtual machine with its identity (name, addresses, keys). Changing vcpus, memoryMiB or cmdline, or increasing diskGiB,
 * restarts it; any other change replaces it, with an empty disk.
 */
export class Vm extends DynamicResource {
    /** Changes when the VM is replaced. */
    declare readonly uuid: pulumi.Output<string>;
    declare readonly vmName: pulumi.Output<string>;
    /** Seconds from the VM's last start to its first answer by ssh. */
    declare readonly sshSeconds: pulumi.Output<number>;

    constructor(name: string, args: VmArgs, opts?: pulumi.CustomResourceOptions) {
        const outputs = ["uuid", "sshSeconds", "state", "autostart"];
        super({ type: "Vm", provider: "providers/vm/provider.ts", outputs }, name, args, opts);
    }
}
