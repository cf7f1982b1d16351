import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface BootstrapCertificateArgs {
    /** File for key and certificate (PEM), in an existing directory. */
    file: pulumi.Input<string>;
    /** Number of the only user who may read it. */
    owner: pulumi.Input<number>;
    commonName: pulumi.Input<string>;
    /** IPv4 address in the certificate. */
    address: pulumi.Input<string>;
}

/**
 * The certificate that a server uses until the PKI gives it another: self-signed, valid for ten years, with a key that never
 * leaves its file. Clients trust this very certificate.
 */
export class BootstrapCertificate extends DynamicResource {
    /** PEM, without the key. */
    declare readonly certificate: pulumi.Output<string>;

    constructor(name: string, args: BootstrapCertificateArgs, opts?: pulumi.CustomResourceOptions) {
        const provider = "providers/bootstrap-certificate/provider.ts";
        super({ type: "BootstrapCertificate", provider, outputs: ["certificate"] }, name, args, opts);
    }
}
