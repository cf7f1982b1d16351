import { run } from "../../process/run";
import { escapeXml, virsh, virshNames, virshXml } from "../libvirt";

export interface NetworkDefinition {
    uri: string;
    networkName: string;
    bridge: string;
    address?: string;
    prefix?: number;
}

/**
 * https://libvirt.org/formatnetwork.html. Without STP and forward delay a guest is reached as soon as its NIC is up. The mode
 * that leaves firewall and DHCP alone asks for an address of the host: where there is to be none it gets the link-local one
 * that every bridge has by itself (RFC 4291, section 2.5.6).
 */
export function networkXml({ networkName, bridge, address, prefix }: NetworkDefinition): string {
    const host = address
        ? `address='${escapeXml(address)}' prefix='${prefix}'`
        : "family='ipv6' address='fe80::1' prefix='64'";
    return `<network>
  <name>${escapeXml(networkName)}</name>
  <forward mode='open'/>
  <bridge name='${escapeXml(bridge)}' stp='off' delay='0'/>
  <dns enable='no'/>
  <ip ${host}/>
</network>
`;
}

/** Makes the network and starts it; one of the same name is replaced. */
export async function createNetwork(definition: NetworkDefinition): Promise<void> {
    const { uri, networkName } = definition;
    await removeNetwork(definition);
    try {
        await virshXml(uri, ["net-define"], networkXml(definition));
        await virsh(uri, ["net-start", networkName]);
        await virsh(uri, ["net-autostart", networkName]);
    } catch (error) {
        await removeNetwork(definition);
        throw error;
    }
}

export async function networkState({
    uri,
    networkName,
}: NetworkDefinition): Promise<"active" | "inactive" | undefined> {
    if ((await virshNames(uri, ["net-list"])).includes(networkName)) return "active";
    return (await virshNames(uri, ["net-list", "--inactive"])).includes(networkName) ? "inactive" : undefined;
}

/** Starts a network that was stopped, and puts the NICs of VMs that run on it back on its bridge. */
export async function startNetwork({ uri, networkName, bridge }: NetworkDefinition): Promise<void> {
    await virsh(uri, ["net-start", networkName]);
    for (const domain of await virshNames(uri, ["list"])) {
        const { stdout } = await virsh(uri, ["domiflist", domain]);
        const nics = stdout.split("\n").map((line) => line.trim().split(/\s+/));
        const taps = nics.filter(([, , source]) => source === networkName).map(([tap]) => tap);
        for (const tap of taps) await run(["ip", "link", "set", tap, "master", bridge]);
    }
}

export async function removeNetwork({ uri, networkName }: NetworkDefinition): Promise<void> {
    if ((await virshNames(uri, ["net-list"])).includes(networkName)) await virsh(uri, ["net-destroy", networkName]);
    if ((await virshNames(uri, ["net-list", "--all"])).includes(networkName))
        await virsh(uri, ["net-undefine", networkName]);
}
