import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";
import type { BundleCommand } from "./bundle";

export interface VmFile {
    /** Absolute path on the VM. */
    path: string;
    content: string;
    /** Octal permissions; 0644 by default. */
    mode?: string;
    /** As chown(1) takes it; root:root by default. */
    owner?: string;
    /** Written only where there is none: from then on the file is the service's. */
    initial?: boolean;
}

export interface VmFilesArgs {
    /** `ssh -F` configuration that knows `host`. */
    sshConfig: pulumi.Input<string>;
    host: pulumi.Input<string>;
    /** The VM's uuid: a VM that was made anew has lost its files. */
    vmId: pulumi.Input<string>;
    /** Tells the bundles of a VM apart. */
    bundleName: pulumi.Input<string>;
    /** The files, each a path once. Contents may be secret. */
    files: pulumi.Input<pulumi.Input<VmFile>[]>;
    /** Commands that follow the change of a file; in this order, each once, whatever the number of files. */
    apply?: pulumi.Input<pulumi.Input<BundleCommand>[]>;
}

/**
 * Files on a VM, written in one round trip, and only those that differ; what has to follow a change runs in the same round
 * trip. A refresh finds files that were edited or removed.
 */
export class VmFiles extends DynamicResource {
    constructor(name: string, args: VmFilesArgs, opts?: pulumi.CustomResourceOptions) {
        super({ type: "VmFiles", provider: "providers/vm-files/provider.ts", outputs: [] }, name, args, opts);
    }
}
