import { run } from "../../process/run";
import { stackPaths } from "../../paths";
import { broughtUp, onVm, up } from "../stack/platform";
import { stack } from "../stack/environment";
import { voipJson } from "../stack/voip";

interface Drift {
    drift: { name: string; type: string }[];
}

const damages: [what: string, resource: RegExp, damage: () => Promise<unknown>][] = [
    ["the VM pbx-1 is stopped", /pbx-1/, () => run(["virsh", "-c", stackPaths(stack).libvirtUri, "destroy", "pbx-1"])],
    [
        "the kernel module is unloaded on media-1",
        /media-1/,
        () => onVm("media-1", "sudo systemctl stop rtpengine-daemon && sudo modprobe -r nft_rtpengine"),
    ],
    ["the proxy's container is removed", /sip-1/, () => onVm("sip-1", "docker rm --force kamailio")],
];

describe.each(damages)("when %s", (_what, resource, damage) => {
    beforeAll(async () => {
        await broughtUp();
        await damage();
    });

    it("refresh names it", async () => {
        const { drift } = await voipJson<Drift>("refresh", "--yes");
        expect(drift.map(({ name }) => name)).toEqual([expect.stringMatching(resource)]);
    });

    it("up mends it, and only it", async () => {
        const { created, updated, replaced, deleted } = await up();
        expect(created + updated + replaced).toBe(1);
        expect(deleted).toBe(0);
    });

    it("then a call works again", async () => {
        const call = await voipJson("call", "--from", "1001", "--to", "1002", "--seconds", "3");
        expect(call).toMatchObject({ answered: true });
    });
});
