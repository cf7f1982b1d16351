import type { Host, Port, Topology } from "../topology";

/** Conflicts in a plan: an address, a MAC address or a port with two owners. A sentence each. */
export function conflicts(topology: Topology): string[] {
    const sentences: string[] = [];
    const claim = (owners: Map<string, string>, thing: string, owner: string): boolean => {
        const first = owners.get(thing);
        if (first !== undefined)
            sentences.push(`${thing} has two owners, ${first} and ${owner}: exactly one is allowed.`);
        else owners.set(thing, owner);
        return first === undefined;
    };
    const { internal } = topology.networks;
    const addresses = new Map(internal.hostAddress ? [[`Address ${internal.hostAddress}`, "the host"]] : []);
    const macs = new Map<string, string>();
    for (const phone of topology.phones) claim(addresses, `Address ${phone}`, "a phone");
    for (const vm of topology.vms) {
        for (const { address, mac } of vm.nics) {
            if (claim(addresses, `Address ${address}`, vm.name)) claim(macs, `MAC address ${mac}`, vm.name);
        }
    }
    for (const host of [...topology.vms, ...(topology.core ? [topology.core] : [])]) {
        sentences.push(...portConflicts(host));
    }
    return sentences;
}

type OwnedPort = Port & { owner: string };

/** Overlapping ports, including ranges. */
function portConflicts(host: Host): string[] {
    const ports: OwnedPort[] = host.services.flatMap(({ name, ports }) =>
        ports.map((port) => ({ ...port, owner: name })),
    );
    return ports.flatMap((port, index) =>
        ports
            .slice(0, index)
            .filter((earlier) => earlier.protocol === port.protocol)
            .filter(
                (earlier) => earlier.port <= (port.last ?? port.port) && port.port <= (earlier.last ?? earlier.port),
            )
            .map((earlier) => {
                const number = Math.max(earlier.port, port.port);
                const owners = `${earlier.owner} (${earlier.name}) and ${port.owner} (${port.name})`;
                return `Port ${number}/${port.protocol} of ${host.name} has two owners, ${owners}: exactly one is allowed.`;
            }),
    );
}
