import type * as processes from "../../../process/run";
import { configurePhones, createPhones, readPhones, removePhones } from "../../../providers/phones/link";
import { provider } from "../../../providers/phones/provider";
import { Commands } from "../commands";

jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
const mockCommands = new Commands();

const phones = {
    netns: "lab-phones",
    labNetns: "lab",
    bridge: "br-ext",
    addresses: ["10.64.0.101", "10.64.0.102"],
    prefix: 24,
};
const changes = (): string[] => mockCommands.ran.filter((line) => !/ (list|show)$/.test(line));
const batch = (): unknown => mockCommands.given[mockCommands.ran.findIndex((line) => line.endsWith("-batch -"))]?.input;

/** What ip(8) shows. */
const show = (lab: object[], ofPhones: object[], local: string[] = [], netns = "lab-phones (id: 1)\nlab\n"): void => {
    const info = local.map((address) => ({ local: address.split("/")[0], prefixlen: Number(address.split("/")[1]) }));
    mockCommands.answer(/^ip netns list$/, netns);
    mockCommands.answer(/^ip -n lab -json link show$/, JSON.stringify(lab));
    mockCommands.answer(/^ip -n lab-phones -json link show$/, JSON.stringify(ofPhones));
    mockCommands.answer(
        /^ip -n lab-phones -json -4 address show$/,
        JSON.stringify([
            {},
            { ifname: "lo", addr_info: [{ local: "127.0.0.1", prefixlen: 8 }] },
            { ifname: "eth0", addr_info: info },
        ]),
    );
};
const [there, peer] = [{ ifname: "phones", master: "br-ext" }, { ifname: "eth0" }];

beforeEach(() => {
    mockCommands.reset();
    show([{ ifname: "br-ext" }], [{ ifname: "lo" }]);
});

describe("the phones' link", () => {
    it("is a pair between the lab's bridge and eth0, with an address for each phone", async () => {
        await createPhones(phones);
        expect(changes()).toEqual([
            "ip -n lab link add phones type veth peer name eth0 netns lab-phones",
            "ip -n lab link set phones master br-ext up",
            "ip -n lab-phones link set eth0 up",
            "ip -n lab-phones -batch -",
        ]);
        expect(batch()).toBe("address add 10.64.0.101/24 dev eth0\naddress add 10.64.0.102/24 dev eth0\n");
    });

    it("takes the place of one that is there", async () => {
        show([there], [peer]);
        await createPhones(phones);
        expect(changes().slice(0, 3)).toEqual([
            "ip -n lab link del phones",
            "ip -n lab-phones link del eth0",
            "ip -n lab link add phones type veth peer name eth0 netns lab-phones",
        ]);
    });

    it("is removed again when it can't be put on the bridge", async () => {
        mockCommands.answer(/ master /, () => {
            show([there], []);
            return { status: 1, stderr: "Device does not exist" };
        });
        await expect(createPhones(phones)).rejects.toThrow("Device does not exist");
        expect(mockCommands.ran.at(-2)).toBe("ip netns list");
        expect(changes().at(-1)).toBe("ip -n lab link del phones");
    });

    it("keeps the addresses that stay", async () => {
        show([there], [peer], ["10.64.0.101/24", "10.64.0.102/16", "10.64.0.9/24"]);
        await configurePhones(phones);
        expect(batch()).toBe(
            "address del 10.64.0.102/16 dev eth0\naddress del 10.64.0.9/24 dev eth0\naddress add 10.64.0.102/24 dev eth0\n",
        );
    });

    it("is found with its bridge and its addresses of the right length", async () => {
        show([there], [peer], ["10.64.0.101/24", "10.64.0.102/16"]);
        expect(await readPhones(phones)).toEqual({ bridge: "br-ext", addresses: ["10.64.0.101"] });
        const found = { ...phones, addresses: ["10.64.0.101"] };
        expect(await provider.read("lab-phones", phones)).toEqual({ id: "lab-phones", props: found, inputs: found });
        show([{ ifname: "phones" }], [peer]);
        expect(await readPhones(phones)).toEqual({ bridge: "", addresses: [] });
    });

    it.each([
        ["the lab's end", [], [peer]],
        ["the phones' end", [there], []],
    ])("is gone without %s", async (_, lab, ofPhones) => {
        show(lab, ofPhones);
        expect(await readPhones(phones)).toBeUndefined();
        expect(await provider.read("lab-phones", phones)).toEqual({ id: "" });
    });

    it("is gone with its namespace, which is not asked then", async () => {
        show([there], [peer], [], "lab-phones-2\nlab-2\n");
        expect(await readPhones(phones)).toBeUndefined();
        await removePhones(phones);
        expect(mockCommands.ran.filter((line) => line !== "ip netns list")).toEqual([]);
    });
});
