import { enterLab } from "../../lab/lab";
import { run } from "../../process/run";
import { stack } from "../stack/environment";
import { broughtUp, enterPhones, outputs } from "../stack/platform";

interface Link {
    ifname: string;
    address: string;
    addr_info: { local: string }[];
}

const links = async (enter: string[]): Promise<Link[]> =>
    JSON.parse((await run([...enter, "ip", "-json", "address"])).stdout) as Link[];
const inPhones = (argv: string[]) => run([...enterPhones, ...argv]);

describe("the host of a lab", () => {
    const gateway = "10.64.0.250";
    let target: string;
    let device: string;

    beforeAll(async () => {
        await broughtUp();
        const { pbxs, lab } = await outputs();
        target = pbxs[0].address;
        const phones = await links(enterPhones);
        device = phones.find(({ addr_info }) => addr_info.some(({ local }) => local === lab.phoneAddresses[0]))!.ifname;
        const bridge = (await links(enterLab(stack, []))).find(({ ifname }) => ifname === "br-ext")!;
        await inPhones([
            "ip",
            "neigh",
            "replace",
            gateway,
            "lladdr",
            bridge.address,
            "dev",
            device,
            "nud",
            "permanent",
        ]);
        await inPhones(["ip", "route", "replace", `${target}/32`, "via", gateway]);
    });
    afterAll(async () => {
        await inPhones(["ip", "route", "del", `${target}/32`]);
        await inPhones(["ip", "neigh", "del", gateway, "dev", device]);
    });

    it("passes no packet from the external network on to the internal one", async () => {
        const filter = ["udp", "and", "dst", target, "and", "dst", "port", "9"];
        const seen = run(enterLab(stack, ["timeout", "20", "tcpdump", "-i", "br-int", "-nn", "-c", "1", ...filter]));
        await inPhones(["bash", "-c", `for n in {1..12}; do echo >/dev/udp/${target}/9; sleep 0.5; done`]);
        // a packet of the host itself is seen, or this would see none of a stranger either
        await run(enterLab(stack, ["bash", "-c", `echo >/dev/udp/${target}/9`]));
        const { core } = await outputs();
        expect((await seen).stdout).toContain(`IP ${core.postgresHost}.`);
    });
});
