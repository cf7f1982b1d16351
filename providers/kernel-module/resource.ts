import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface KernelModuleArgs {
    /** `ssh -F` configuration that knows `host`. */
    sshConfig: pulumi.Input<string>;
    host: pulumi.Input<string>;
    /** Identity of the VM, if VMs are replaced: on another one the module is loaded again. */
    vmId?: pulumi.Input<string>;
    /** Names of the module, in order of preference; the first existing one is loaded. */
    modules: pulumi.Input<pulumi.Input<string>[]>;
    /** File or directory below /proc that shows that the module works. */
    procPath: pulumi.Input<string>;
}

/**
 * A kernel module that must be loaded on a VM, now and after each boot. If the running kernel has no module of these names,
 * DKMS builds it from the installed sources. There is no fallback: a module that can't be loaded is an error.
 */
export class KernelModule extends DynamicResource {
    /** The name of the loaded module. */
    declare readonly module: pulumi.Output<string>;
    /** The module's own version, else its source's checksum (modinfo(8): version, srcversion). */
    declare readonly version: pulumi.Output<string>;
    /** Release of the kernel that loaded it. */
    declare readonly kernel: pulumi.Output<string>;

    constructor(name: string, args: KernelModuleArgs, opts?: pulumi.CustomResourceOptions) {
        const outputs = ["module", "version", "kernel", "state"];
        super({ type: "KernelModule", provider: "providers/kernel-module/provider.ts", outputs }, name, args, opts);
    }
}
