import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../../../providers/dynamic";
import type { FileDefinition } from "./provider";

/** A file in a directory. */
export class FileResource extends DynamicResource {
    declare readonly path: pulumi.Output<string>;

    constructor(
        name: string,
        args: { [Key in keyof FileDefinition]: pulumi.Input<FileDefinition[Key]> },
        opts?: pulumi.CustomResourceOptions,
    ) {
        const provider = "tests/integration/faults/files/provider.ts";
        super({ type: "File", provider, outputs: ["path"] }, name, args, opts);
    }
}
