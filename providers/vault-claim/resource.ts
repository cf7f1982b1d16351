import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface VaultClaimArgs {
    /** URL of the server. */
    address: pulumi.Input<string>;
    caFile: pulumi.Input<string>;
    /** Secret. */
    token: pulumi.Input<string>;
    /** Name of the stack, for administrators of the server. */
    stack: pulumi.Input<string>;
}

/**
 * Checks, before anything is made on a server, that the paths the platform needs there are free: other mounts are never
 * touched.
 */
export class VaultClaim extends DynamicResource {
    /** Description of the platform's mounts; unique to this stack. */
    declare readonly marker: pulumi.Output<string>;

    constructor(name: string, args: VaultClaimArgs, opts?: pulumi.CustomResourceOptions) {
        const definition = { type: "VaultClaim", provider: "providers/vault-claim/provider.ts", outputs: ["marker"] };
        super(definition, name, args, opts);
    }
}
