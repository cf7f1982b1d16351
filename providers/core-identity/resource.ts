import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface CoreIdentityArgs {
    vaultAddress: pulumi.Input<string>;
    /** File with the CA certificates (PEM) to check the server's certificate against. */
    caFile: pulumi.Input<string>;
    /** Secret. A token that may make secret-ids of the role. */
    token: pulumi.Input<string>;
    /** AppRole. */
    role: pulumi.Input<string>;
    roleId: pulumi.Input<string>;
    /** Address that the agent connects from. */
    address: pulumi.Input<string>;
    /** The directory of the agent's socket and token on this machine. */
    runDir: pulumi.Input<string>;
    dockerHost: pulumi.Input<string>;
    /** Name and id of the agent's container. */
    container: pulumi.Input<string>;
    containerId: pulumi.Input<string>;
    /** Files with the servers' certificates. */
    certificates: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * Makes the agent of the core services log in. It is complete when each server has a certificate of the PKI; a refresh finds a
 * missing or old certificate, and an agent that is not logged in.
 */
export class CoreIdentity extends DynamicResource {
    constructor(name: string, args: CoreIdentityArgs, opts?: pulumi.CustomResourceOptions) {
        const provider = "providers/core-identity/provider.ts";
        super({ type: "CoreIdentity", provider, outputs: ["state"] }, name, args, opts);
    }
}
