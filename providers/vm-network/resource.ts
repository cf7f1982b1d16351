import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface VmNetworkArgs {
    /** libvirt that holds the network, such as `qemu:///system`. */
    uri: pulumi.Input<string>;
    /** The network's name in libvirt, by which a VM's NICs refer to it. */
    networkName: pulumi.Input<string>;
    /** Linux bridge. */
    bridge: pulumi.Input<string>;
    /** IPv4 address of the host in the network; the host has none by default. */
    address?: pulumi.Input<string>;
    /** Prefix length that belongs to `address`. */
    prefix?: pulumi.Input<number>;
    /** `bridge`: the host has the bridge already, and its address. By default the bridge is made for the network. */
    mode?: pulumi.Input<"bridge">;
}

/**
 * A network between VMs and their host: a bridge, with neither DHCP, DNS, NAT nor firewall rules of libvirt's (forward mode
 * `open`, or `bridge` where the host has the bridge; https://libvirt.org/formatnetwork.html).
 */
export class VmNetwork extends DynamicResource {
    declare readonly bridge: pulumi.Output<string>;
    declare readonly networkName: pulumi.Output<string>;

    constructor(name: string, args: VmNetworkArgs, opts?: pulumi.CustomResourceOptions) {
        const outputs = ["state"];
        super({ type: "VmNetwork", provider: "providers/vm-network/provider.ts", outputs }, name, args, opts);
    }
}
