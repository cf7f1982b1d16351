import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface VaultIdentityArgs {
    /** `ssh -F` configuration that knows `host`. */
    sshConfig: pulumi.Input<string>;
    host: pulumi.Input<string>;
    /** The VM's uuid: a VM that was made anew has no identity. */
    vmId: pulumi.Input<string>;
    /** Address that the VM comes from; its secret-id and tokens are good from nowhere else. */
    address: pulumi.Input<string>;
    /** AppRole, such as sip-vm-role. */
    role: pulumi.Input<string>;
    roleId: pulumi.Input<string>;
    vaultAddress: pulumi.Input<string>;
    /** CA certificates (PEM) that Vault's certificate is checked against. */
    ca: pulumi.Input<string>;
    /** Secret. A token that may make secret-ids of the role. */
    token: pulumi.Input<string>;
    /** Changes with the agent's configuration: then the agent starts anew, and has to render all of it. */
    config: pulumi.Input<string>;
}

/**
 * What makes the agent of a VM log in: a secret-id for one login, handed over response-wrapped. It is there when the agent
 * has rendered everything; a refresh finds an agent that is not logged in.
 */
export class VaultIdentity extends DynamicResource {
    /** Names the secret-id in Vault; no secret. */
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
