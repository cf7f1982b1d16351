import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface VaultIdentityArgs {
    /** `ssh -F` configuration that knows `host`. */
    sshConfig: pulumi.Input<string>;
    host: pulumi.Input<string>;
    /** The VM's uuid: a replaced VM has no identity. */
    vmId: pulumi.Input<string>;
    /** Address that the VM connects from; its secret-id and tokens are valid only from there. */
    address: pulumi.Input<string>;
    /** AppRole, such as sip-vm-role. */
    role: pulumi.Input<string>;
    roleId: pulumi.Input<string>;
    vaultAddress: pulumi.Input<string>;
    /** CA certificates (PEM) to check Vault's certificate against. */
    ca: pulumi.Input<string>;
    /** Secret. A token that may make secret-ids of the role. */
    token: pulumi.Input<string>;
    /** Changes with the agent's configuration: then the agent is restarted and must render everything again. */
    config: pulumi.Input<string>;
}

/**
 * Makes the agent of a VM log in: a response-wrapped secret-id for one login. It is complete when the agent has rendered
 * everything; a refresh finds an agent that is not logged in.
 */
export class VaultIdentity extends DynamicResource {
    /** Identifies the secret-id in Vault; not secret. */
    declare readonly accessor: pulumi.Output<string>;

    constructor(name: string, args: VaultIdentityArgs, opts?: pulumi.CustomResourceOptions) {
        const definition = {
            type: "VaultIdentity",
            provider: "providers/vault-identity/provider.ts",
            outputs: ["accessor", "state"],
        };
        super(definition, name, args, opts);
    }
}
