import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface VaultPasswordArgs {
    /** URL of the server. */
    address: pulumi.Input<string>;
    caFile: pulumi.Input<string>;
    /** Secret. A token that may write the secret. */
    token: pulumi.Input<string>;
    /** Path of the key-value engine (version 2). */
    mount: pulumi.Input<string>;
    /** Path of the secret there, such as valkey/kamailio. */
    path: pulumi.Input<string>;
    /** Secret. The first password. */
    first: pulumi.Input<string>;
}

/**
 * A password in Vault that `./voip rotate` changes: `password`, and `previous` while clients change over. It is written if
 * there is none, and from then on only Vault has it; a refresh finds a server that has lost it.
 */
export class VaultPassword extends DynamicResource {
    constructor(name: string, args: VaultPasswordArgs, opts?: pulumi.CustomResourceOptions) {
        const provider = "providers/vault-password/provider.ts";
        super({ type: "VaultPassword", provider, outputs: [] }, name, args, opts);
    }
}
