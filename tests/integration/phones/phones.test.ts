import { run } from "../../../process/run";
import { provider } from "../../../providers/phones/provider";

jest.setTimeout(120_000);

const [netns, labNetns] = ["phtest-phones", "phtest"];
const inputs = { netns, labNetns, bridge: "br-ext", addresses: ["10.64.0.101", "10.64.0.102"], prefix: 24 };
const ip = (namespace: string, ...args: string[]) => run(["ip", "-n", namespace, ...args]);
const removeNamespaces = () =>
    Promise.all([netns, labNetns].map((name) => run(["ip", "netns", "del", name], { okStatus: [0, 1] })));
const links = async (namespace: string) =>
    (JSON.parse((await ip(namespace, "-json", "link")).stdout) as { ifname: string }[]).map(({ ifname }) => ifname);

beforeEach(async () => {
    await removeNamespaces();
    for (const name of [netns, labNetns]) await run(["ip", "netns", "add", name]);
    await ip(labNetns, "link", "add", "br-ext", "type", "bridge");
    await ip(labNetns, "link", "set", "br-ext", "up");
    await ip(labNetns, "address", "add", "10.64.0.10/24", "dev", "br-ext");
});

afterAll(removeNamespaces);

async function refreshed(props = inputs) {
    const found = await provider.read(netns, props);
    return { found, diff: found.props && (await provider.diff(netns, found.props, inputs)) };
}

describe("Phones", () => {
    it("reach the external network from each of their addresses", async () => {
        const { outs } = await provider.create(inputs);
        for (const address of inputs.addresses) {
            const script = `require("net").connect({ host: "10.64.0.10", port: 9, localAddress: "${address}" })
                .on("error", (error) => console.log(error.code))`;
            const { stdout } = await run(["nsenter", `--net=/run/netns/${netns}`, "node", "--eval", script]);
            expect(stdout.trim()).toBe("ECONNREFUSED"); // an answer, if not a welcome
        }
        expect((await refreshed(outs)).diff).toMatchObject({ changes: false });
    });

    it.each([
        [
            "lost an address",
            () => ip(netns, "address", "del", "10.64.0.102/24", "dev", "eth0"),
            { addresses: ["10.64.0.101"] },
        ],
        ["was taken off the bridge", () => ip(labNetns, "link", "set", "phones", "nomaster"), { bridge: "" }],
    ])("%s: the refresh finds it, the update repairs it", async (_, change, found) => {
        await provider.create(inputs);
        await change();
        const { found: seen, diff } = await refreshed();
        expect(seen.props).toMatchObject(found);
        expect(diff).toMatchObject({ changes: true, replaces: [] });
        await provider.update(netns, seen.props ?? inputs, inputs);
        expect((await refreshed()).diff).toMatchObject({ changes: false });
    });

    it.each([
        ["link", () => ip(labNetns, "link", "del", "phones")],
        ["namespace", () => run(["ip", "netns", "del", netns])],
    ])("lost its %s: it is gone", async (_, lose) => {
        await provider.create(inputs);
        await lose();
        expect(await provider.read(netns, inputs)).toEqual({ id: "" });
    });

    it("replaces the leftovers of an attempt that was killed", async () => {
        await provider.create(inputs);
        await provider.create(inputs);
        expect((await refreshed()).diff).toMatchObject({ changes: false });
    });

    it("fails without the bridge, and leaves nothing", async () => {
        await expect(provider.create({ ...inputs, bridge: "br-none" })).rejects.toThrow("br-none");
        expect([await links(netns), await links(labNetns)]).toEqual([["lo"], ["lo", "br-ext"]]);
    });

    it("is deleted once or twice, with or without its namespaces", async () => {
        await provider.create(inputs);
        await provider.delete(netns, inputs);
        expect(await links(netns)).toEqual(["lo"]);
        await provider.delete(netns, inputs);
        await removeNamespaces();
        await provider.delete(netns, inputs);
    });
});
