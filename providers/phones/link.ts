import { run } from "../../process/run";

export interface PhonesDefinition {
    netns: string;
    labNetns: string;
    bridge: string;
    addresses: string[];
    prefix: number;
}

/** The existing parts of the phones' link: an empty bridge or address list if missing. */
export interface PhonesLink {
    bridge: string;
    addresses: string[];
}

/** Name of the bridge's end of the pair. */
const port = "phones";

const ip = (netns: string, args: string[], input?: string) => run(["ip", "-n", netns, ...args], { input });

/** Makes the link; an existing one is replaced. */
export async function createPhones(definition: PhonesDefinition): Promise<void> {
    const { netns, labNetns } = definition;
    await removePhones(definition);
    try {
        await ip(labNetns, ["link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", netns]);
        await configurePhones(definition);
    } catch (error) {
        await removePhones(definition);
        throw error;
    }
}

/**
 * Puts the link on the bridge and gives the phones exactly these addresses. Addresses that stay are not touched, nor are the
 * calls that use them.
 */
export async function configurePhones({ netns, labNetns, bridge, addresses, prefix }: PhonesDefinition): Promise<void> {
    await ip(labNetns, ["link", "set", port, "master", bridge, "up"]);
    await ip(netns, ["link", "set", "eth0", "up"]);
    const wanted = addresses.map((address) => `${address}/${prefix}`);
    const present = await addressesOf(netns);
    const batch = [
        ...present.filter((address) => !wanted.includes(address)).map((address) => `address del ${address} dev eth0\n`),
        ...wanted.filter((address) => !present.includes(address)).map((address) => `address add ${address} dev eth0\n`),
    ];
    await ip(netns, ["-batch", "-"], batch.join(""));
}

/** Undefined if the pair or one of the namespaces does not exist. */
export async function readPhones(definition: PhonesDefinition): Promise<PhonesLink | undefined> {
    const { netns, labNetns, prefix } = definition;
    const link = (await linksOf(labNetns)).find(({ ifname }) => ifname === port);
    // the kernel removes the end in a removed namespace shortly before, or after, the other one
    const phones = (await linksOf(netns)).find(({ ifname }) => ifname === "eth0");
    if (!link || !phones) return undefined;
    const suffix = `/${prefix}`;
    const present = await addressesOf(netns);
    return {
        bridge: link.master ?? "",
        addresses: present
            .filter((address) => address.endsWith(suffix))
            .map((address) => address.slice(0, -suffix.length)),
    };
}

/** Removing one end removes the other. */
export async function removePhones({ netns, labNetns }: PhonesDefinition): Promise<void> {
    const ends = [
        [labNetns, port],
        [netns, "eth0"],
    ];
    for (const [namespace, end] of ends) {
        const present = (await linksOf(namespace)).some(({ ifname }) => ifname === end);
        if (present) await ip(namespace, ["link", "del", end]);
    }
}

/** The links of a namespace; none if it does not exist. */
async function linksOf(netns: string): Promise<{ ifname: string; master?: string }[]> {
    const { stdout } = await run(["ip", "netns", "list"]);
    if (!stdout.split("\n").some((line) => line.split(" ")[0] === netns)) return [];
    return JSON.parse((await ip(netns, ["-json", "link", "show"])).stdout) as { ifname: string; master?: string }[];
}

/** IPv4 addresses of eth0 with their prefix lengths. */
async function addressesOf(netns: string): Promise<string[]> {
    const { stdout } = await ip(netns, ["-json", "-4", "address", "show"]);
    const links = JSON.parse(stdout) as { ifname?: string; addr_info?: { local: string; prefixlen: number }[] }[];
    const eth0 = links.find(({ ifname }) => ifname === "eth0");
    return eth0?.addr_info?.map(({ local, prefixlen }) => `${local}/${prefixlen}`) ?? [];
}
