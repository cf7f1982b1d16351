import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface VmNetworkArgs {
    /** libvirt that has the network, such as `qemu:///system`. */
    uri: pulumi.Input<string>;
    /** The network's name in libvirt, which a VM's NICs refer to. */
    networkName: pulumi.Input<string>;
    /** Linux bridge. */
    bridge: pulumi.Input<string>;
    /** IPv4 address of the host in the network; the host has none by default. */
    address?: pulumi.Input<string>;
    /** Prefix length that belongs to `address`. */
    prefix?: pulumi.Input<number>;
    /** `bridge`: the host already has the bridge and its address. By default the network makes the bridge. */
    mode?: pulumi.Input<"bridge">;
}

/**
 * A network between VMs and their host: a bridge, without DHCP, DNS, NAT or firewall rules from libvirt (forward mode `open`,
 * or `bridge` if the host has the bridge; https://libvirt.org/formatnetwork.html).
 */
export class VmNetwork extends DynamicResource {
    declare readonly bridge: pulumi.Output<string>;
    declare readonly networkName: pulumi.Output<string>;

    constructor(name: string, args: VmNetworkArgs, opts?: pulumi.CustomResourceOptions) {
        const outputs = ["state"];
        super({ type: "VmNetwork", provider: "providers/vm-network/provider.ts", outputs }, name, args, opts);
    }
}
