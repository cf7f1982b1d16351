import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface VaultServerArgs {
    /** URL that it is reached at. */
    address: pulumi.Input<string>;
    /** File with the certificates (PEM) that its own is checked against. */
    caFile: pulumi.Input<string>;
    /** Login of provisioning, which the server has been given to start with. */
    roleId: pulumi.Input<string>;
    secretId: pulumi.Input<string>;
    /** Docker daemon that runs it. */
    dockerHost: pulumi.Input<string>;
    /** Name and id of its container. */
    container: pulumi.Input<string>;
    containerId: pulumi.Input<string>;
    /** Directory with its volume, `data`. */
    dataDir: pulumi.Input<string>;
    /** What provisioning may do, in OpenBao's language. */
    policy: pulumi.Input<string>;
}

/**
 * An OpenBao that runs in a container here, when it is ready: it has initialised itself, is unsealed, and gives provisioning a token.
 * A refresh finds one that is sealed, does not answer, or refuses the token.
 */
export class VaultServer extends DynamicResource {
    /** Secret. */
    declare readonly token: pulumi.Output<string>;
    declare readonly address: pulumi.Output<string>;

    constructor(name: string, args: VaultServerArgs, opts?: pulumi.CustomResourceOptions) {
        const provider = "providers/vault-server/provider.ts";
        const outputs = ["token", "tokenSince", "state"];
        super({ type: "VaultServer", provider, outputs, secretOutputs: ["token"] }, name, args, opts);
    }
}
