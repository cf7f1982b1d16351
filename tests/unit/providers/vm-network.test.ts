import type * as processes from "../../../process/run";
import { createNetwork, readNetwork, removeNetwork, startNetwork } from "../../../providers/vm-network/network";
import { provider } from "../../../providers/vm-network/provider";
import { Commands } from "../commands";

jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
const mockCommands = new Commands();

const network = {
    uri: "qemu:///system",
    networkName: "internal",
    bridge: "br-int",
    address: "192.168.64.1",
    prefix: 24,
};
const printed = `<network>
  <name>internal</name>
  <forward mode='open'/>
  <bridge name='br-int' stp='off' delay='0'/>
  <ip address='192.168.64.1' prefix='24'>
  </ip>
</network>
`;
/** Networks of libvirt: all of them, those that run, and those that are forgotten when they stop. */
const has = (all: string[], active: string[] = [], transient: string[] = []): void => {
    mockCommands.answer(/ net-list --all --name$/, `${all.join("\n")}\n`);
    mockCommands.answer(/ net-list --name$/, `${active.join("\n")}\n`);
    mockCommands.answer(/ net-list --transient --name$/, `${transient.join("\n")}\n`);
};
const changes = (): string[] =>
    mockCommands
        .take()
        .map((line) =>
            line.replace("virsh --quiet --connect qemu:///system ", "").replace(/\S+\/definition.xml/, "XML"),
        )
        .filter((line) => !/^(net-list|net-dumpxml|list|domiflist)\b/.test(line));

beforeEach(() => {
    mockCommands.reset();
    mockCommands.answer(/ net-dumpxml /, printed);
    has([]);
});

describe("a network that libvirt has", () => {
    it("is none of another name", async () => {
        has(["internal-2"]);
        expect(await readNetwork(network)).toBeUndefined();
        expect(await provider.read("internal", network)).toEqual({ id: "" });
    });

    it("is active or inactive, with its bridge and address", async () => {
        has(["internal"], ["internal"]);
        const found = { bridge: "br-int", address: "192.168.64.1", prefix: 24 };
        expect(await readNetwork(network)).toEqual({ state: "active", ...found });
        has(["internal"]);
        expect(await readNetwork(network)).toEqual({ state: "inactive", ...found });
        const inputs = { uri: network.uri, networkName: "internal", state: "inactive", ...found };
        expect(await provider.read("internal", network)).toEqual({ id: "internal", props: inputs, inputs });
    });

    it("may be on a bridge of the host's own, without an address", async () => {
        has(["internal"], ["internal"]);
        mockCommands.answer(/ net-dumpxml --inactive internal$/, "<forward mode='bridge'/><bridge name='a&amp;b'/>");
        expect(await readNetwork(network)).toEqual({ state: "active", bridge: "a&b", mode: "bridge" });
    });
});

describe("a network that is made", () => {
    it("is defined, started, and started again with libvirt", async () => {
        await createNetwork(network);
        expect(changes()).toEqual(["net-define XML", "net-start internal", "net-autostart internal"]);
    });

    it("is the one that an earlier attempt left, running or not", async () => {
        has(["internal"]);
        await createNetwork(network);
        expect(changes()).toEqual(["net-start internal", "net-autostart internal"]);
        has(["internal"], ["internal"]);
        await createNetwork(network);
        expect(changes()).toEqual(["net-autostart internal"]);
    });

    it("is kept where libvirt would forget it", async () => {
        has(["internal"], ["internal"], ["internal"]);
        await createNetwork(network);
        expect(changes()).toEqual(["net-define XML", "net-autostart internal"]);
    });

    it.each([
        [{ bridge: "br-other" }, "bridge br-int, address 192.168.64.1"],
        [{ address: "192.168.65.1" }, "bridge br-int, address 192.168.64.1"],
        [{ prefix: 16 }, "bridge br-int, address 192.168.64.1"],
    ])("is not another one of that name: wanted %j", async (change, other) => {
        has(["internal"], ["internal"]);
        await expect(createNetwork({ ...network, ...change })).rejects.toThrow(
            `qemu:///system has another network internal (${other}): rename or remove it`,
        );
        expect(changes()).toEqual([]);
    });

    it("is not one without an address, where it is to have one", async () => {
        has(["internal"], ["internal"]);
        mockCommands.answer(/ net-dumpxml /, "<bridge name='br-int'/>");
        await expect(createNetwork(network)).rejects.toThrow("(bridge br-int, address none)");
    });

    it("is removed again when it does not start", async () => {
        mockCommands.answer(/ net-start /, () => {
            has(["internal"]);
            return { status: 1, stderr: "bridge br-int exists already" };
        });
        await expect(createNetwork(network)).rejects.toThrow("bridge br-int exists already");
        expect(changes()).toEqual(["net-define XML", "net-start internal", "net-undefine internal"]);
    });
});

describe("a network that was stopped", () => {
    beforeEach(() => {
        mockCommands.answer(/ list --name$/, "sip-1\nmedia-1\n");
        const table = (...rows: string[]) =>
            [" Interface  Type     Source    Model   MAC", "---------------------", ...rows].join("\n");
        mockCommands.answer(
            / domiflist sip-1$/,
            table(
                " vnet0   network  internal  virtio  52:54:00:00:00:01",
                " vnet1   network  external  virtio  52:54:00:00:00:02",
            ),
        );
        mockCommands.answer(/ domiflist media-1$/, table(" vnet2   network  internal  virtio  52:54:00:00:00:03"));
    });

    it("is started, and the running VMs are plugged in again", async () => {
        await startNetwork(network);
        expect(changes()).toEqual([
            "net-start internal",
            "ip link set vnet0 master br-int",
            "ip link set vnet2 master br-int",
        ]);
    });

    it("of the host's own bridge is only started", async () => {
        await startNetwork({ ...network, mode: "bridge" });
        expect(changes()).toEqual(["net-start internal"]);
    });

    it("is started by an update, one that runs is left alone", async () => {
        has(["internal"]);
        await provider.update("internal", network, network);
        expect(changes()).toHaveLength(3);
        has(["internal"], ["internal"]);
        await provider.update("internal", network, network);
        expect(changes()).toEqual([]);
    });
});

describe("a network that is removed", () => {
    it("is stopped and forgotten, as far as it is there", async () => {
        has(["internal"], ["internal"]);
        await removeNetwork(network);
        expect(changes()).toEqual(["net-destroy internal", "net-undefine internal"]);
        has(["internal"]);
        await removeNetwork(network);
        expect(changes()).toEqual(["net-undefine internal"]);
        has([], ["internal"]);
        await provider.delete("internal", network);
        expect(changes()).toEqual(["net-destroy internal"]);
        has([]);
        await removeNetwork(network);
        expect(changes()).toEqual([]);
    });
});

describe("what is asked of a network", () => {
    const reasons = async (more: object): Promise<string[]> => {
        const news = { uri: network.uri, networkName: "internal", bridge: "br-int", ...more };
        return (await provider.check(news, news)).failures.map(({ reason }) => reason);
    };

    it.each([
        [{}, []],
        [{ address: "192.168.64.1", prefix: 24 }, []],
        [{ mode: "bridge" }, []],
        [{ address: "192.168.64.1" }, ["prefix must be given with address, not missing"]],
        [
            { mode: "bridge", address: "192.168.64.1", prefix: 24 },
            ["address must be missing with mode bridge: the host has it"],
        ],
        [{ mode: "nat" }, ['mode must be bridge, not "nat"']],
    ])("%j: %j", async (more, expected) => expect(await reasons(more)).toEqual(expected));
});
