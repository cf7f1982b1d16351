import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface KernelModuleArgs {
    /** `ssh -F` configuration that knows `host`. */
    sshConfig: pulumi.Input<string>;
    host: pulumi.Input<string>;
    /** Identity of the VM, where VMs are made anew: for another one the module is loaded again. */
    vmId?: pulumi.Input<string>;
    /** Names the module is known by, the preferred one first; the first that there is gets loaded. */
    modules: pulumi.Input<pulumi.Input<string>[]>;
    /** File or directory below /proc that shows that the module works. */
    procPath: pulumi.Input<string>;
}

/**
 * A kernel module that has to be loaded on a VM, now and after each boot. Where no module of these names is there for the
 * running kernel it is built by DKMS from the sources installed. There is no doing without: what can't be loaded is an error.
 */
export class KernelModule extends DynamicResource {
    /** The name it was loaded by. */
    declare readonly module: pulumi.Output<string>;
    /** The module's own version, else its source's checksum (modinfo(8): version, srcversion). */
    declare readonly version: pulumi.Output<string>;
    /** Release of the kernel it was loaded into. */
    declare readonly kernel: pulumi.Output<string>;

    constructor(name: string, args: KernelModuleArgs, opts?: pulumi.CustomResourceOptions) {
        const outputs = ["module", "version", "kernel", "state"];
        super({ type: "KernelModule", provider: "providers/kernel-module/provider.ts", outputs }, name, args, opts);
    }
}
