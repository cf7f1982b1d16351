import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface TrustAnchorsArgs {
    file: pulumi.Input<string>;
    /** One or more certificates, in PEM. */
    certificates: pulumi.Input<string>;
}

/**
 * Certificates in a file of trusted ones. Several resources may add to a file: those trusted from the start, and those of the
 * PKI later. A replaced certificate is removed from the file once the new one is in it.
 */
export class TrustAnchors extends DynamicResource {
    declare readonly file: pulumi.Output<string>;
    declare readonly certificates: pulumi.Output<string>;

    constructor(name: string, args: TrustAnchorsArgs, opts?: pulumi.CustomResourceOptions) {
        const outputs = ["missing"];
        super({ type: "TrustAnchors", provider: "providers/trust-anchors/provider.ts", outputs }, name, args, opts);
    }
}
