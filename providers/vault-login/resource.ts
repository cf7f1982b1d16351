import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface VaultLoginArgs {
    /** URL of Vault or OpenBao. */
    address: pulumi.Input<string>;
    /** CA certificates (PEM) to check its certificate against. */
    ca: pulumi.Input<string>;
    /** Path of the AppRole auth method. */
    mount: pulumi.Input<string>;
    roleId: pulumi.Input<string>;
    secretId: pulumi.Input<string>;
}

/** A token of an external Vault or OpenBao, obtained by AppRole; replaced when it has expired. */
export class VaultLogin extends DynamicResource {
    /** Secret. */
    declare readonly token: pulumi.Output<string>;

    constructor(name: string, args: VaultLoginArgs, opts?: pulumi.CustomResourceOptions) {
        const provider = "providers/vault-login/provider.ts";
        super({ type: "VaultLogin", provider, outputs: ["token"], secretOutputs: ["token"] }, name, args, opts);
    }
}
