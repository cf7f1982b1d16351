import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface VaultClaimArgs {
    /** URL of the server. */
    address: pulumi.Input<string>;
    caFile: pulumi.Input<string>;
    /** Secret. */
    token: pulumi.Input<string>;
    /** Name of the stack, for people who look at the server. */
    stack: pulumi.Input<string>;
}

/**
 * Makes sure, before anything is made on a server, that what the platform wants to have there is free: someone else's
 * mounts are never touched.
 */
export class VaultClaim extends DynamicResource {
    /** Description that the platform's mounts carry; no other stack's is the same. */
    declare readonly marker: pulumi.Output<string>;

    constructor(name: string, args: VaultClaimArgs, opts?: pulumi.CustomResourceOptions) {
        const definition = { type: "VaultClaim", provider: "providers/vault-claim/provider.ts", outputs: ["marker"] };
        super(definition, name, args, opts);
    }
}
