import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface PhonesArgs {
    /** Named network namespace of the phones. */
    netns: pulumi.Input<string>;
    /** Named network namespace that holds the bridge. */
    labNetns: pulumi.Input<string>;
    /** Bridge of the phones' network. */
    bridge: pulumi.Input<string>;
    /** IPv4 addresses, one per phone. */
    addresses: pulumi.Input<pulumi.Input<string>[]>;
    /** Prefix length of the addresses. */
    prefix: pulumi.Input<number>;
}

/**
 * Puts the phones' namespace on a network of the lab: a veth(4) pair with one end on the bridge and the other, `eth0`, in the
 * namespace.
 */
export class Phones extends DynamicResource {
    declare readonly addresses: pulumi.Output<string[]>;

    constructor(name: string, args: PhonesArgs, opts?: pulumi.CustomResourceOptions) {
        super({ type: "Phones", provider: "providers/phones/provider.ts", outputs: [] }, name, args, opts);
    }
}
