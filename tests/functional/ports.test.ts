import type { Port, Side } from "../../services/service";
import { broughtUp, onVm, outputs } from "../stack/platform";
import { stack } from "../stack/environment";
import { voip } from "../stack/voip";

interface Socket {
    protocol: string;
    address: string;
    port: number;
    process: string;
}

/** What `ss -H -lntup` prints: protocol, state, queues, local address, peer, processes (ss(8)). */
function sockets(text: string): Socket[] {
    return text
        .trim()
        .split("\n")
        .map((line) => {
            const [protocol, , , , local, , users = ""] = line.trim().split(/\s+/);
            const [, address, port] = /^(.*):(\d+)$/.exec(local) ?? [];
            return { protocol, address, port: Number(port), process: /"([^"]+)"/.exec(users)?.[1] ?? "?" };
        });
}

/** The addresses that a side of a host has. */
const addressesOf = (addresses: { eth0: string; eth1?: string }): Record<Side, string[]> => ({
    internal: [addresses.eth0],
    external: addresses.eth1 ? [addresses.eth1] : [],
    loopback: ["127.0.0.1"],
    everywhere: ["0.0.0.0", "[::]"],
});

/** Asterisk opens two UDP sockets at ports of the kernel's choice, IPv4 and IPv6; what for is not known. No plan can name them. */
const isAsterisksOwn = ({ process, protocol, port }: Socket): boolean =>
    process === "asterisk" && protocol === "udp" && port >= 32_768;

describe("the sockets of every host are those of the plan", () => {
    beforeAll(async () => {
        await broughtUp();
    });

    async function hosts() {
        const { vms, services, core } = await outputs();
        const planned = (vm: string): Port[] =>
            services.filter((service) => service.vm === vm).flatMap(({ ports }) => ports);
        const ofVms = Object.entries(vms).map(async ([vm, { addresses }]) => ({
            host: vm,
            open: sockets(await onVm(vm, "sudo ss -H -lntup")),
            unix: await onVm(vm, "sudo ss -H -lx"),
            planned: planned(vm),
            addresses: addressesOf(addresses),
        }));
        const ofCore = {
            host: "core",
            open: sockets((await voip(["shell", "--stack", stack, "--", "ss", "-H", "-lntup"])).stdout),
            unix: "",
            planned: planned("core"),
            addresses: addressesOf({ eth0: core.postgresHost }),
        };
        return [...(await Promise.all(ofVms)), ofCore];
    }

    it("nothing that is planned is closed", async () => {
        const closed = (await hosts()).flatMap(({ host, open, unix, planned, addresses }) =>
            planned.flatMap(({ name, protocol, port, last, sides }) => {
                if (last !== undefined) return []; // open while there is a call
                if (protocol === "unix") return unix.includes(`.${port}`) ? [] : [`${host}: ${name} ${port}`];
                return sides
                    .flatMap((side) => addresses[side].slice(0, 1))
                    .filter((address) => !open.some((socket) => socket.address === address && socket.port === port))
                    .map((address) => `${host}: ${name} at ${address}:${port}`);
            }),
        );
        expect(closed).toEqual([]);
    });

    it("nothing that is not planned is open", async () => {
        const found = await hosts();
        expect(found.map(({ open }) => open.length).filter((count) => count === 0)).toEqual([]);
        const unplanned = found.flatMap(({ host, open, planned, addresses }) =>
            open
                .filter((socket) => !isAsterisksOwn(socket))
                .filter(
                    (socket) =>
                        !planned.some(
                            ({ protocol, port, last = port, sides }) =>
                                protocol === socket.protocol &&
                                socket.port >= port &&
                                socket.port <= last &&
                                sides.some((side) => addresses[side].includes(socket.address)),
                        ),
                )
                .map(({ process, protocol, address, port }) => `${host}: ${process} ${protocol} ${address}:${port}`),
        );
        expect(unplanned).toEqual([]);
        expect(found.flatMap(({ open }) => open.filter(isAsterisksOwn)).length).toBeLessThanOrEqual(2);
    });
});
