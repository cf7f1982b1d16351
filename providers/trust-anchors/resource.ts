import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface TrustAnchorsArgs {
    file: pulumi.Input<string>;
    /** One certificate or more, in PEM. */
    certificates: pulumi.Input<string>;
}

/**
 * Certificates in a file of those that are trusted. More than one resource may add to a file: what is trusted from the start, and
 * what the PKI brings later. A certificate that is replaced leaves the file when the new one is in it.
 */
export class TrustAnchors extends DynamicResource {
    declare readonly file: pulumi.Output<string>;
    declare readonly certificates: pulumi.Output<string>;

    constructor(name: string, args: TrustAnchorsArgs, opts?: pulumi.CustomResourceOptions) {
        const outputs = ["missing"];
        super({ type: "TrustAnchors", provider: "providers/trust-anchors/provider.ts", outputs }, name, args, opts);
    }
}
