import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";
import type { SshHost } from "./access";

export interface SshAccessArgs {
    /** Directory for keys, `config` and `known_hosts`; used for nothing else and removed with the resource. */
    dir: pulumi.Input<string>;
    /** Directory for the sockets of shared connections; its path must be short (sun_path, unix(7)). */
    runDir: pulumi.Input<string>;
    /** User on the VMs. */
    user: pulumi.Input<string>;
    /** The VMs: a name for `ssh <name>`, and its IPv4 address. */
    hosts: pulumi.Input<pulumi.Input<SshHost>[]>;
}

/**
 * The operator's access to the VMs: one key pair for the operator, one host key per VM, and an ssh_config(5) in which both
 * sides know each other from the first connection on. Keys are Ed25519; private keys stay in their files.
 */
export class SshAccess extends DynamicResource {
    /** Path for `ssh -F`. */
    declare readonly configFile: pulumi.Output<string>;
    /** The operator's public key, one line of authorized_keys. */
    declare readonly publicKey: pulumi.Output<string>;
    /** Per VM, the file with its private host key. A new key gets a new path. */
    declare readonly hostKeyFiles: pulumi.Output<Record<string, string>>;

    constructor(name: string, args: SshAccessArgs, opts?: pulumi.CustomResourceOptions) {
        const outputs = ["configFile", "publicKey", "hostKeyFiles"];
        super({ type: "SshAccess", provider: "providers/ssh-access/provider.ts", outputs }, name, args, opts);
    }
}
