import { escapeXml, unescapeXml, virsh, virshNames, virshXml } from "../../clients/libvirt";
import { run } from "../../process/run";
import { changed } from "../check";

export interface NetworkDefinition {
    uri: string;
    networkName: string;
    bridge: string;
    address?: string;
    prefix?: number;
    /** The bridge is the host's own; by default the network makes it. */
    mode?: "bridge";
}

/**
 * https://libvirt.org/formatnetwork.html. Without STP and forward delay a guest is reachable as soon as its NIC is up. The mode
 * without firewall and DHCP requires an address of the host: if there should be none, it gets the link-local one that every
 * bridge has anyway (RFC 4291, section 2.5.6).
 */
export function networkXml({ networkName, bridge, address, prefix, mode }: NetworkDefinition): string {
    if (mode === "bridge") {
        return `<network>
  <name>${escapeXml(networkName)}</name>
  <forward mode='bridge'/>
  <bridge name='${escapeXml(bridge)}'/>
</network>
`;
    }
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

/** libvirt's report of a network. */
export interface NetworkStatus {
    state: "active" | "inactive";
    bridge: string;
    address?: string;
    prefix?: number;
    mode?: "bridge";
}

/** Undefined if there is no network of that name. */
export async function readNetwork({ uri, networkName }: NetworkDefinition): Promise<NetworkStatus | undefined> {
    if (!(await virshNames(uri, ["net-list", "--all"])).includes(networkName)) return undefined;
    const isActive = (await virshNames(uri, ["net-list"])).includes(networkName);
    const { stdout } = await virsh(uri, ["net-dumpxml", "--inactive", networkName]);
    const ip = /<ip address='([^']*)' prefix='(\d+)'/.exec(stdout);
    return {
        state: isActive ? "active" : "inactive",
        bridge: unescapeXml(/<bridge name='([^']*)'/.exec(stdout)?.[1] ?? ""),
        ...(ip ? { address: ip[1], prefix: Number(ip[2]) } : {}),
        ...(/<forward mode='bridge'/.test(stdout) ? { mode: "bridge" } : {}),
    };
}

/**
 * Makes the network and starts it. One that an earlier attempt left is taken over.
 * @throws Error if libvirt has another network of this name, or can't start this one, which is then removed again.
 */
export async function createNetwork(definition: NetworkDefinition): Promise<void> {
    const { uri, networkName } = definition;
    const found = await readNetwork(definition);
    if (
        found &&
        changed<Partial<NetworkDefinition>>(found, definition, ["bridge", "address", "prefix", "mode"]).length
    ) {
        const other = `bridge ${found.bridge}, address ${found.address ?? "none"}`;
        throw new Error(`${uri} has another network ${networkName} (${other}): rename or remove it`);
    }
    try {
        if (!found) await virshXml(uri, ["net-define"], networkXml(definition));
        else if ((await virshNames(uri, ["net-list", "--transient"])).includes(networkName)) {
            // A transient network would be lost when stopped; defining it as it is makes it persistent.
            await virshXml(uri, ["net-define"], (await virsh(uri, ["net-dumpxml", networkName])).stdout);
        }
        if (found?.state !== "active") await virsh(uri, ["net-start", networkName]);
        await virsh(uri, ["net-autostart", networkName]);
    } catch (error) {
        await removeNetwork(definition);
        throw error;
    }
}

/** Starts a stopped network, and reconnects the NICs of running VMs to its bridge. */
export async function startNetwork({ uri, networkName, bridge, mode }: NetworkDefinition): Promise<void> {
    await virsh(uri, ["net-start", networkName]);
    if (mode === "bridge") return; // the host's bridge and its ports stayed
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
