import { render, type GuestFile } from "../../configs/render";
import type { Port } from "../service";

export interface FirewallNic {
    name: string;
    network: "internal" | "external";
    address: string;
    prefix: number;
}

export interface FirewallView {
    nics: readonly FirewallNic[];
    /** Every socket of the host. */
    ports: readonly Port[];
}

/** Replaces the image's closed firewall; the guest loads it before it has an address. */
const rules = "/etc/nftables.conf";

/** The command after a change of the files. The rules are loaded as a whole, or not at all. */
export const firewallApply = [{ paths: [rules], command: `nft --file ${rules}` }];

/** Ports of a protocol in nftables' notation of a set, such as `5060, 10000-20000`; empty if there are none. */
function portSet(ports: readonly Port[], protocol: "udp" | "tcp"): string {
    const ranges = ports
        .filter((port) => port.protocol === protocol)
        .map(({ port, last }) => (last === undefined ? `${port}` : `${port}-${last}`));
    return [...new Set(ranges)].join(", ");
}

/** Whether a network may reach a socket. A socket that listens everywhere, because it can't be restricted, is internal. */
const isReachable = ({ sides }: Port, network: FirewallNic["network"]): boolean =>
    sides.includes(network) || (network === "internal" && sides.includes("everywhere"));

/** The firewall of a VM, generated from the plan of its sockets, so that the two can't disagree. */
export function firewallFiles({ nics, ports }: FirewallView): GuestFile[] {
    const internal = nics.find(({ network }) => network === "internal");
    if (!internal) throw new Error("a host has an interface in the internal network");
    const reachable = (network: FirewallNic["network"]): Port[] => ports.filter((port) => isReachable(port, network));
    const view = {
        internal: `${internal.address}/${internal.prefix}`,
        untracked: portSet(
            ports.filter(({ sides }) => !sides.includes("loopback")),
            "udp",
        ),
        nics: nics.map(({ name, network, address }) => ({
            name,
            address,
            isInternal: network === "internal",
            udp: portSet(reachable(network), "udp"),
            tcp: portSet(reachable(network), "tcp"),
        })),
    };
    return [{ path: rules, content: render("firewall/nftables.conf", view) }];
}
