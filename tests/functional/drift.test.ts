import { run } from "../../process/run";
import { stackPaths } from "../../paths";
import { broughtUp, onVm, up } from "../stack/platform";
import { stack } from "../stack/environment";
import { voipJson } from "../stack/voip";

interface Drift {
    drift: { name: string; type: string; gone: boolean }[];
}

interface Damage {
    /** The resource that is damaged. Others on the same VM may show it too: what runs on a stopped VM does not answer. */
    resource: string;
    vm: string;
    damage: () => Promise<unknown>;
}

const stopped: Damage = {
    resource: "pbx-1-vm",
    vm: "pbx-1",
    damage: async () => {
        const virsh = ["virsh", "--connect", stackPaths(stack).libvirtUri];
        await run([...virsh, "autostart", "--disable", "pbx-1"]); // or the lab starts it again
        await run([...virsh, "destroy", "pbx-1"]);
    },
};
const withoutModule: Damage = {
    resource: "media-1-module",
    vm: "media-1",
    damage: () => onVm("media-1", "sudo systemctl stop rtpengine-daemon && sudo modprobe -r nft_rtpengine"),
};
const withoutProxy: Damage = {
    resource: "sip-1-kamailio",
    vm: "sip-1",
    damage: () => onVm("sip-1", "docker rm --force kamailio"),
};

/** What a VM and its services are known by as long as nobody starts them anew. */
const identity = (vm: string): Promise<string> =>
    onVm(vm, "cat /proc/sys/kernel/random/boot_id; pgrep -x rtpengine; docker ps --quiet --no-trunc 2>/dev/null; true");

describe.each([
    { what: "the VM pbx-1 is stopped", damages: [stopped] },
    {
        what: "media-1 has lost its kernel module, and sip-1 the proxy's container",
        damages: [withoutModule, withoutProxy],
    },
])("when $what", ({ damages }) => {
    const damaged = damages.map(({ vm }) => vm);
    const others = ["sip-1", "media-1", "pbx-1"].filter((name) => !damaged.includes(name));
    let before: string[];
    let drifted: string[];

    beforeAll(async () => {
        await broughtUp();
        before = await Promise.all(others.map(identity));
        await Promise.all(damages.map(({ damage }) => damage()));
    });

    it("refresh names it, and nothing of the other VMs", async () => {
        const { drift } = await voipJson<Drift>("refresh", "--yes");
        drifted = drift.map(({ name }) => name);
        expect(drifted).toEqual(expect.arrayContaining(damages.map(({ resource }) => resource)));
        expect(drifted.filter((name) => !damaged.some((vm) => name.startsWith(`${vm}-`)))).toEqual([]);
    });

    it("up repairs it, and only it", async () => {
        const { created, updated, replaced, deleted } = await up();
        expect(created + updated + replaced).toBeGreaterThan(0);
        expect(created + updated + replaced).toBeLessThanOrEqual(drifted.length);
        expect(deleted).toBe(0);
        expect(await Promise.all(others.map(identity))).toEqual(before);
        expect(await up()).toMatchObject({ created: 0, updated: 0, replaced: 0, deleted: 0 });
    });

    it("then a call works again", async () => {
        const call = await voipJson("call", "--from", "1001", "--to", "1002", "--seconds", "3");
        expect(call).toMatchObject({ answered: true });
    });
});
