import { changed } from "../../../providers/check";
import { provider as kernelModule } from "../../../providers/kernel-module/provider";
import { provider as phones } from "../../../providers/phones/provider";
import { provider as sshAccess } from "../../../providers/ssh-access/provider";
import type { VmDefinition } from "../../../providers/vm/definition";
import { provider as vm } from "../../../providers/vm/provider";
import { provider as network } from "../../../providers/vm-network/provider";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const guest: VmDefinition = {
    hypervisor: "libvirt",
    uri: "qemu+unix:///system?socket=/run/voip-stack/dev/libvirt/libvirt-sock",
    vmName: "sip-1",
    vcpus: 1,
    memoryMiB: 1024,
    diskGiB: 20,
    disk: "/cache/disk.raw",
    kernel: "/cache/vmlinuz",
    initrd: "/cache/initrd",
    cmdline: "root=/dev/vda",
    nics: [{ name: "eth0", mac: "52:54:00:12:34:0a", network: "internal", address: "192.168.64.10", prefix: 24 }],
    authorizedKey: "ssh-ed25519 AAAA operator@voip-stack",
    hostKeyFile: "/data/ssh/host-sip-1-01234567",
    sshConfig: "/data/ssh/config",
    dataDir: "/data",
    state: "running",
    autostart: true,
    ready: "ssh",
};

async function reasons(change: object): Promise<string[]> {
    const news = { ...guest, ...change };
    return (await vm.check(news, news)).failures.map(({ reason }) => reason);
}

describe("check of Vm", () => {
    it("accepts a complete VM and fills in what was left out", async () => {
        const left = { state: undefined, autostart: undefined, ready: undefined };
        const given = JSON.parse(JSON.stringify({ ...guest, ...left })) as VmDefinition;
        const { inputs, failures } = await vm.check(given, given);
        expect(failures).toEqual([]);
        expect(inputs).toEqual(guest);
    });

    it("accepts values that only the update will reveal", async () => {
        expect(await reasons({ disk: unknown, hostKeyFile: unknown, nics: unknown, vcpus: unknown })).toEqual([]);
    });

    it.each([
        [{ memoryMiB: 10 }, "memoryMiB must be a whole number from 256 to 1048576 MiB, not 10"],
        [{ vcpus: 0 }, "vcpus must be a whole number from 1 to 64, not 0"],
        [{ vcpus: "2" }, 'vcpus must be a whole number from 1 to 64, not "2"'],
        [{ hypervisor: "xen" }, 'hypervisor must be libvirt, not "xen"'],
        [{ uri: "libvirt" }, 'uri must be a libvirt URI such as qemu:///system, not "libvirt"'],
        [{ disk: "disk.raw" }, 'disk must be an absolute path, not "disk.raw"'],
        [{ kernel: undefined }, "kernel must be an absolute path, not missing"],
        [{ nics: [] }, "nics must be a list with at least one element, not []"],
        [
            { nics: [{ ...guest.nics[0], address: "192.168.64.256" }] },
            'nics[0].address must be an IPv4 address, not "192.168.64.256"',
        ],
        [
            { nics: [{ ...guest.nics[0], mac: "53:54:00:12:34:0a" }] },
            'nics[0].mac must be a unicast MAC address of six hexadecimal bytes such as 52:54:00:12:34:10, not "53:54:00:12:34:0a"',
        ],
        [{ state: "shut off" }, 'state must be running, not "shut off"'],
    ])("refuses %j", async (change, reason) => {
        expect(await reasons(change)).toEqual([reason]);
    });

    it("reports all problems at once", async () => {
        expect(await reasons({ memoryMiB: 10, vcpus: 0, vmName: "a/b" })).toHaveLength(3);
    });
});

describe("check of the other resources", () => {
    it.each([
        [network, { uri: "qemu:///system", networkName: "internal", bridge: "a-bridge-too-far" }, "bridge"],
        [network, { uri: "qemu:///system", networkName: "internal", bridge: "br-int", address: "10.0.0.1" }, "prefix"],
        [phones, { netns: "p", labNetns: "l", bridge: "br-ext", addresses: ["10.64.0.999"], prefix: 24 }, "addresses"],
        [
            sshAccess,
            { dir: "/d", runDir: "/r", user: "voip", hosts: [{ name: "sip 1", address: "10.0.0.1" }] },
            "hosts",
        ],
        [kernelModule, { sshConfig: "/c", host: "media-1", modules: ["a; reboot"], procPath: "/proc/x" }, "modules"],
        [kernelModule, { sshConfig: "/c", host: "media-1", modules: ["a"], procPath: "/proc/$(reboot)" }, "procPath"],
    ])("%#: names the property", async (provider, inputs, property) => {
        const { failures } = await provider.check(inputs as never, inputs as never);
        expect(failures.map((failure) => failure.property)).toEqual([property]);
    });
});

describe("diff of Vm", () => {
    const olds = { ...guest, uuid: "6d2a3c3e-7d3d-4f3e-9c44-1f1f0a0b0c0d", sshSeconds: 15 };
    const diff = (change: Partial<VmDefinition>) => vm.diff("sip-1", olds, { ...guest, ...change });

    it("finds nothing where nothing changed", async () => {
        expect(await diff({})).toMatchObject({ changes: false, replaces: [] });
    });

    it.each(["uri", "vmName", "dataDir", "disk", "kernel", "initrd", "authorizedKey", "hostKeyFile"])(
        "replaces the VM for another %s",
        async (property) => {
            const result = await diff({ [property]: "/another" });
            expect(result).toMatchObject({ changes: true, replaces: [property], deleteBeforeReplace: true });
        },
    );

    it("replaces the VM for another MAC address, or a smaller disk", async () => {
        const nics = [{ ...guest.nics[0], mac: "52:54:00:12:34:0b" }];
        expect((await diff({ nics, diskGiB: 10 })).replaces).toEqual(["nics", "diskGiB"]);
    });

    it.each([
        { vcpus: 2 },
        { memoryMiB: 512 },
        { diskGiB: 30 },
        { cmdline: "quiet" },
        { sshConfig: "/c" },
        { ready: "running" as const },
    ])("keeps the VM for %j", async (change) => {
        expect(await diff(change)).toMatchObject({ changes: true, replaces: [] });
    });
});

describe("changed", () => {
    it("ignores the order of keys, but not that of lists", () => {
        const olds = { a: { x: 1, y: [1, 2] }, b: [1, 2] };
        expect(changed(olds, { a: { y: [1, 2], x: 1 }, b: [2, 1] }, ["a", "b"])).toEqual(["b"]);
    });
});
