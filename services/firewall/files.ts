import { render, type GuestFile } from "../../configs/render";
import type { HostKind, Port } from "../service";

export interface FirewallNic {
    name: string;
    network: "internal" | "external";
    address: string;
    prefix: number;
}

/** A VM of the platform, by its address in the internal network. */
export interface FirewallPeer {
    role: Exclude<HostKind, "core">;
    address: string;
}

export interface FirewallView {
    nics: readonly FirewallNic[];
    /** Every socket of the host. */
    ports: readonly Port[];
    /** Every VM of the plan. */
    vms: readonly FirewallPeer[];
}

/** Replaces the image's closed firewall; the guest loads it before it has an address. */
const rules = "/etc/nftables.conf";

/** The command after a change of the files. The rules are loaded as a whole, or not at all. */
export const firewallApply = [{ paths: [rules], command: `nft --file ${rules}` }];

/** Ports in nftables' notation of a set, such as `5060, 10000-20000`. */
const portSet = (ports: readonly Port[]): string =>
    [...new Set(ports.map(({ port, last }) => (last === undefined ? `${port}` : `${port}-${last}`)))].join(", ");

/** Whether a network may reach a socket. A socket that listens everywhere, because it can't be restricted, is internal. */
const isReachable = ({ sides }: Port, network: FirewallNic["network"]): boolean =>
    sides.includes(network) || (network === "internal" && sides.includes("everywhere"));

/** The addresses of clients in nftables' notation, such as `{ 192.168.64.10 }`; those of `core` are all that no VM has. */
function sourceOf(clients: readonly HostKind[], vms: readonly FirewallPeer[]): string {
    const isNegated = clients.includes("core");
    const listed = vms.filter(({ role }) => clients.includes(role) !== isNegated).map(({ address }) => address);
    return `${isNegated ? "!= " : ""}{ ${listed.join(", ")} }`;
}

/** The firewall of a VM, generated from the plan of its sockets, so that the two can't disagree. */
export function firewallFiles({ nics, ports, vms }: FirewallView): GuestFile[] {
    const internal = nics.find(({ network }) => network === "internal");
    if (!internal) throw new Error("a host has an interface in the internal network");
    /** One rule for all ports with the same clients. */
    const rulesOf = (network: FirewallNic["network"], protocol: "udp" | "tcp") => {
        const open = ports.filter((port) => port.protocol === protocol && isReachable(port, network));
        const source = ({ clients }: Port) => (network === "internal" ? sourceOf(clients, vms) : "");
        const sources = [...new Set(open.map(source))];
        return sources.map((from) => ({ source: from, ports: portSet(open.filter((port) => source(port) === from)) }));
    };
    /** Sockets of one port; those of a range are media. */
    const signalling = ports.filter(({ protocol, last }) => protocol === "udp" && last === undefined);
    const outside = signalling.filter((port) => isReachable(port, "external"));
    const view = {
        internal: `${internal.address}/${internal.prefix}`,
        untracked: portSet(ports.filter(({ protocol, sides }) => protocol === "udp" && !sides.includes("loopback"))),
        signalling:
            outside.length > 0
                ? nics
                      .filter(({ network }) => network === "external")
                      .map(({ name }) => ({ name, ports: portSet(outside) }))
                : [],
        nics: nics.map(({ name, network, address }) => ({
            name,
            address,
            isInternal: network === "internal",
            udp: rulesOf(network, "udp"),
            tcp: rulesOf(network, "tcp"),
        })),
    };
    return [{ path: rules, content: render("firewall/nftables.conf", view) }];
}
