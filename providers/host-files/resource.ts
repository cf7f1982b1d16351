import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";
import type { HostDirectory, HostFile, Reload } from "./files";

export type { HostDirectory, HostFile } from "./files";

export interface HostFilesArgs {
    /** Made if missing, and removed with all their contents. */
    directories: pulumi.Input<pulumi.Input<HostDirectory>[]>;
    /** Replaced as a whole if they differ. */
    files: pulumi.Input<pulumi.Input<HostFile>[]>;
    /** The server that is told when an update changes one of these files. */
    reload?: Reload;
}

/** Directories and files on this machine, for containers that run on it. */
export class HostFiles extends DynamicResource {
    constructor(name: string, args: HostFilesArgs, opts?: pulumi.CustomResourceOptions) {
        const outputs = ["deviating"];
        super({ type: "HostFiles", provider: "providers/host-files/provider.ts", outputs }, name, args, opts);
    }
}
