import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";
import type { BundleCommand } from "./bundle";

export interface VmFile {
    /** Absolute path on the VM. */
    path: string;
    content: string;
    /** Octal permissions; 0644 by default. */
    mode?: string;
    /** As for chown(1); root:root by default. */
    owner?: string;
    /** Written only if it does not exist: from then on the file is the service's. */
    initial?: boolean;
}

export interface VmFilesArgs {
    /** `ssh -F` configuration that knows `host`. */
    sshConfig: pulumi.Input<string>;
    host: pulumi.Input<string>;
    /** The VM's uuid: a replaced VM has lost its files. */
    vmId: pulumi.Input<string>;
    /** Distinguishes the bundles of a VM. */
    bundleName: pulumi.Input<string>;
    /** The files, each path once. Contents may be secret. */
    files: pulumi.Input<pulumi.Input<VmFile>[]>;
    /** Commands to run after the change of a file; in this order, each once, for any number of files. */
    apply?: pulumi.Input<pulumi.Input<BundleCommand>[]>;
}

/**
 * Files on a VM, written in one round trip, and only those that differ; the commands that a change triggers run in the same
 * round trip. A refresh finds files that were edited or removed.
 */
export class VmFiles extends DynamicResource {
    constructor(name: string, args: VmFilesArgs, opts?: pulumi.CustomResourceOptions) {
        super({ type: "VmFiles", provider: "providers/vm-files/provider.ts", outputs: [] }, name, args, opts);
    }
}
