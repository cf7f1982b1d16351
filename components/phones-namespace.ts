import * as pulumi from "@pulumi/pulumi";
import { Phones } from "../providers/phones/resource";
import type { Topology } from "../topology";
import type { Network } from "./network";
import { componentType } from "./token";

export interface PhonesNamespaceArgs {
    /** Namespaces of the lab, which exists before the program runs. */
    netns: string;
    labNetns: string;
    topology: Topology;
    network: Network;
}

/** The lab's phones: a separate network namespace on the external network, with an address for each. */
export class PhonesNamespace extends pulumi.ComponentResource {
    readonly addresses: string[];

    constructor(name: string, args: PhonesNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
        super(componentType("PhonesNamespace"), name, {}, opts);
        const { netns, labNetns, topology, network } = args;
        const { bridge, prefix } = topology.networks.external;
        this.addresses = topology.phones;
        new Phones(
            `${name}-link`,
            { netns, labNetns, bridge, addresses: this.addresses, prefix },
            { parent: this, dependsOn: [network] },
        );
        this.registerOutputs({ addresses: this.addresses });
    }
}
