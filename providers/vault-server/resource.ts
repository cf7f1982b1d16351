import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface VaultServerArgs {
    /** URL of the server. */
    address: pulumi.Input<string>;
    /** File with the certificates (PEM) to check its own against. */
    caFile: pulumi.Input<string>;
    /** Login of provisioning that the server was initialised with. */
    roleId: pulumi.Input<string>;
    secretId: pulumi.Input<string>;
    /** Docker daemon that runs it. */
    dockerHost: pulumi.Input<string>;
    /** Name and id of its container. */
    container: pulumi.Input<string>;
    containerId: pulumi.Input<string>;
    /** Directory with its volume, `data`. */
    dataDir: pulumi.Input<string>;
    /** The rights of provisioning, as a Vault policy. */
    policy: pulumi.Input<string>;
}

/**
 * An OpenBao in a container here, complete when it has initialised itself, is unsealed, and has given provisioning a token. A
 * refresh finds a server that is sealed, does not answer, or rejects the token.
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
