import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface BootstrapCertificateArgs {
    /** File for key and certificate (PEM), in a directory that is there. */
    file: pulumi.Input<string>;
    /** Number of the user who alone may read it. */
    owner: pulumi.Input<number>;
    commonName: pulumi.Input<string>;
    /** IPv4 address that it is for. */
    address: pulumi.Input<string>;
}

/**
 * The certificate that a server starts with as long as the PKI has given it none: signed by its own key, which never leaves its
 * file, and good for ten years. Who is to trust it trusts this very certificate.
 */
export class BootstrapCertificate extends DynamicResource {
    /** PEM, without the key. */
    declare readonly certificate: pulumi.Output<string>;

    constructor(name: string, args: BootstrapCertificateArgs, opts?: pulumi.CustomResourceOptions) {
        const provider = "providers/bootstrap-certificate/provider.ts";
        super({ type: "BootstrapCertificate", provider, outputs: ["certificate"] }, name, args, opts);
    }
}
