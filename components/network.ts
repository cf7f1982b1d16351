import * as pulumi from "@pulumi/pulumi";
import { VmNetwork } from "../providers/vm-network/resource";
import type { Topology } from "../topology";
import { componentType } from "./token";

export interface NetworkArgs {
    networks: Topology["networks"];
    /** libvirt connections of all hosts that run VMs, each once. */
    uris: string[];
    /** Whether the hosts already have the bridges; in a lab they are made. */
    ownBridges: boolean;
}

const bridged = { mode: "bridge" } as const;

/**
 * The internal and the external network on every host that runs VMs (ADR-005). If the bridges are made for them, the host's own
 * internal address, that of the core services, is on the first host.
 */
export class Network extends pulumi.ComponentResource {
    /** libvirt's names of the networks. */
    readonly names = { internal: "internal", external: "external" } as const;

    constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
        super(componentType("Network"), name, {}, opts);
        const { internal, external } = args.networks;
        args.uris.forEach((uri, host) => {
            const suffix = host === 0 ? "" : `-${host + 1}`;
            const made = host === 0 ? { address: internal.hostAddress, prefix: internal.prefix } : {};
            const [ofInternal, ofExternal] = args.ownBridges ? [bridged, bridged] : [made, {}];
            const onHost = { parent: this };
            new VmNetwork(
                `${name}-internal${suffix}`,
                { uri, networkName: this.names.internal, bridge: internal.bridge, ...ofInternal },
                onHost,
            );
            new VmNetwork(
                `${name}-external${suffix}`,
                { uri, networkName: this.names.external, bridge: external.bridge, ...ofExternal },
                onHost,
            );
        });
        this.registerOutputs({ names: this.names });
    }
}
