import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { virsh, virshXml } from "../../../clients/libvirt";
import { endLab, enterLab, ensureLab, removeLab } from "../../../lab/lab";
import { projectDir, stackPaths } from "../../../paths";
import { run } from "../../../process/run";
import { waitFor } from "../../../process/wait";
import type { VmDefinition } from "../../../providers/vm/definition";
import { DirectoryStorage } from "../../../providers/vm/directory";
import { PoolStorage } from "../../../providers/vm/pool";
import { provider as vm } from "../../../providers/vm/provider";
import { provider as network } from "../../../providers/vm-network/provider";
import { fakeKernel } from "./fake-kernel";

jest.setTimeout(120_000);

const stack = "vmtest";
const { dataDir, libvirtUri: uri } = stackPaths(stack);
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "vmtest-"));
const file = (name: string) => path.join(dir, name);

const net = { uri, networkName: "internal", bridge: "br-int", address: "192.168.64.1", prefix: 24, state: "active" };
const wanted: VmDefinition = {
    hypervisor: "libvirt",
    uri,
    vmName: "guest-1",
    vcpus: 1,
    memoryMiB: 256,
    diskGiB: 1,
    disk: file("disk.raw"),
    kernel: file("vmlinuz"),
    initrd: file("initrd"),
    cmdline: "console=ttyS0 quote='<&>'",
    nics: [{ name: "eth0", mac: "52:54:00:12:34:99", network: "internal", address: "192.168.64.99", prefix: 24 }],
    authorizedKey: "ssh-ed25519 AAAA operator",
    hostKeyFile: file("host-key"),
    sshConfig: file("config"),
    dataDir,
    state: "running",
    autostart: true,
    ready: "running",
};

const domains = async () => (await virsh(uri, ["list", "--all", "--name"])).stdout.split("\n").filter(Boolean);
const domainState = async () => (await virsh(uri, ["domstate", wanted.vmName])).stdout.trim();
const vmDirs = () => (fs.existsSync(path.join(dataDir, "vms")) ? fs.readdirSync(path.join(dataDir, "vms")) : []);
const expectNothingLeft = async () =>
    expect({ domains: await domains(), dirs: vmDirs() }).toEqual({ domains: [], dirs: [] });

/** Creates the VM as the engine would, and returns what the state keeps of it. */
async function create(definition = wanted) {
    const { inputs, failures } = await vm.check(definition, definition);
    expect(failures).toEqual([]);
    return (await vm.create(inputs)).outs;
}

type Outputs = Awaited<ReturnType<typeof create>>;

/** What a refresh and the `up` after it do: read, compare with what is wanted, update or replace. */
async function refreshed(outs: Outputs) {
    const { props } = await vm.read("guest-1", outs);
    if (!props) throw new Error("the VM was reported as gone");
    const diff = await vm.diff("guest-1", props, wanted);
    return { props, diff };
}

beforeAll(async () => {
    fs.writeFileSync(file("vmlinuz"), fakeKernel("fake kernel is up"));
    fs.writeFileSync(file("initrd"), "initrd");
    fs.writeFileSync(file("disk.raw"), "");
    fs.truncateSync(file("disk.raw"), 1024 ** 3);
    fs.writeFileSync(file("host-key"), "not a key");
    await removeLab(stack);
    await ensureLab(stack, "file:///nowhere");
    await network.create(net);
});

afterEach(async () => {
    await vm.delete("guest-1", { ...wanted, uuid: "", sshSeconds: 0 });
    await expectNothingLeft();
});

afterAll(async () => {
    await removeLab(stack);
    fs.rmSync(dir, { recursive: true });
});

describe("Vm on libvirt", () => {
    it("runs as asked, with its own disk on the image's, and is unchanged afterwards", async () => {
        const outs = await create();
        expect(await domainState()).toBe("running");
        const info = await run(["qemu-img", "info", "-U", "--output=json", new DirectoryStorage(wanted).overlay]);
        expect(JSON.parse(info.stdout)).toMatchObject({ "backing-filename": wanted.disk, "virtual-size": 1024 ** 3 });
        await waitFor(
            "the guest's line on its console",
            () =>
                fs.readFileSync(new DirectoryStorage(wanted).consoleLog, "utf8").includes("fake kernel is up")
                    ? true
                    : undefined,
            { deadlineMs: 30_000 },
        );
        const { props, diff } = await refreshed(outs);
        expect(props).toEqual(outs);
        expect(diff).toMatchObject({ changes: false, replaces: [] });
    });

    it("passes the guest its credentials by firmware configuration, none on QEMU's command line", async () => {
        await create();
        const xml = (await virsh(uri, ["dumpxml", "guest-1"])).stdout;
        expect(xml).toContain(`name='opt/io.systemd.credentials/system.hostname'`);
        expect(xml).toContain(`file='${wanted.hostKeyFile}'`);
        const commandLine = await run(["pgrep", "--list-full", "--full", `guest=guest-1.*${dataDir}`]);
        expect(commandLine.stdout).not.toContain("AAAA");
    });

    it.each([
        ["stopped for good", () => stopForGood(), { state: "shut off", autostart: false }],
        [
            "no longer to run at all times",
            () => virsh(uri, ["autostart", "--disable", "guest-1"]),
            { state: "running", autostart: false },
        ],
        ["paused", () => virsh(uri, ["suspend", "guest-1"]), { state: "paused" }],
        ["undefined, its disk left", () => undefine(), { state: "undefined" }],
        ["given other memory", () => virsh(uri, ["setmaxmem", "guest-1", "320M", "--config"]), { memoryMiB: 320 }],
        [
            "plugged off its network",
            () => edit("<source network='internal'/>", "<source network='lost'/>"),
            { state: "edited" },
        ],
    ])("was %s: the refresh finds it, the update repairs it and keeps the disk", async (_, change, found) => {
        const outs = await create();
        const disk = fs.statSync(new DirectoryStorage(wanted).overlay).ino;
        await change();
        const { props, diff } = await refreshed(outs);
        expect(props).toMatchObject(found);
        expect(diff).toMatchObject({ changes: true, replaces: [] });
        const updated = (await vm.update("guest-1", props, wanted)).outs;
        expect(updated.uuid).toBe(outs.uuid);
        expect(await domainState()).toBe("running");
        expect(fs.statSync(new DirectoryStorage(wanted).overlay).ino).toBe(disk);
        expect((await refreshed(updated)).diff).toMatchObject({ changes: false });
    });

    /** PID of its QEMU, on the host. */
    const qemu = async () =>
        Number((await run(["pgrep", "--oldest", "--full", `guest=guest-1.*${dataDir}`], { okStatus: [0, 1] })).stdout);

    it.each([
        ["its QEMU was killed", async (pid: number) => void process.kill(pid, "SIGKILL")],
        ["its QEMU has ended", async () => virsh(uri, ["qemu-monitor-command", "--hmp", "guest-1", "quit"])],
        ["the lab was ended", () => endLab(stack).then(() => ensureLab(stack, "file:///nowhere"))],
    ])("runs again within seconds after %s, and is the same VM", async (_, blow) => {
        const outs = await create();
        const before = await qemu();
        expect(before).toBeGreaterThan(1);
        await blow(before).catch(() => undefined); // a QEMU that quits does not answer
        await waitFor(
            "another QEMU",
            async () => {
                const now = await qemu();
                return now > 0 && now !== before && (await domainState()) === "running" ? now : undefined;
            },
            { deadlineMs: 20_000 },
        );
        const { props, diff } = await refreshed(outs);
        expect(props).toEqual(outs);
        expect(diff).toMatchObject({ changes: false });
    });

    it("has a watchdog that resets it", async () => {
        await create();
        const tree = await virsh(uri, ["qemu-monitor-command", "--hmp", "guest-1", "info qtree"]);
        expect(tree.stdout).toContain("i6300esb");
        const commandLine = await run(["pgrep", "--list-full", "--full", `guest=guest-1.*${dataDir}`]);
        expect(commandLine.stdout).toMatch(/-(action watchdog=|watchdog-action )reset/);
    });

    it("lost its disk: it is replaced", async () => {
        const outs = await create();
        fs.rmSync(new DirectoryStorage(wanted).overlay);
        const { props, diff } = await refreshed(outs);
        expect(props.disk).toBe("deleted");
        expect(diff).toMatchObject({ changes: true, replaces: ["disk"], deleteBeforeReplace: true });
    });

    it("lost both definition and disk: it is gone", async () => {
        const outs = await create();
        await undefine();
        fs.rmSync(new DirectoryStorage(wanted).overlay);
        expect(await vm.read("guest-1", outs)).toEqual({ id: "" });
    });

    it("never counts as gone when libvirt does not answer", async () => {
        const elsewhere = { ...(await create()), uri: `qemu+unix:///system?socket=${file("no-such-socket")}` };
        await expect(vm.read("guest-1", elsewhere)).rejects.toThrow("no-such-socket");
    });

    it("gets more processors, memory and disk without being replaced", async () => {
        const outs = await create();
        const larger = { ...wanted, vcpus: 2, memoryMiB: 320, diskGiB: 2 };
        expect(await vm.diff("guest-1", outs, larger)).toMatchObject({ changes: true, replaces: [] });
        const updated = (await vm.update("guest-1", outs, larger)).outs;
        expect(updated).toMatchObject({ uuid: outs.uuid, vcpus: 2, memoryMiB: 320, diskGiB: 2 });
        expect((await vm.read("guest-1", updated)).props).toEqual(updated);
        const info = await run(["qemu-img", "info", "-U", "--output=json", new DirectoryStorage(wanted).overlay]);
        expect(JSON.parse(info.stdout)["virtual-size"]).toBe(2 * 1024 ** 3);
    });

    it("replaces the leftovers of an attempt that was killed", async () => {
        await create();
        const { uuid } = await create();
        expect((await virsh(uri, ["domuuid", "guest-1"])).stdout.trim()).toBe(uuid);
    });

    it("leaves a VM alone that has its name but was not made here", async () => {
        const xml = "<domain type='qemu'><name>guest-1</name><memory>65536</memory><os><type>hvm</type></os></domain>";
        await virshXml(uri, ["define"], xml);
        await expect(create()).rejects.toThrow("was not made here");
        await expect(vm.delete("guest-1", { ...wanted, uuid: "", sshSeconds: 0 })).rejects.toThrow("was not made here");
        expect(await domains()).toEqual(["guest-1"]);
        await virsh(uri, ["undefine", "guest-1"]);
    });

    it.each([
        ["a kernel that is not there", { kernel: "/no/such/vmlinuz" }, "/no/such/vmlinuz is not there"],
        ["a kernel that is none", { kernel: file("host-key") }, "linux kernel too old"],
        ["a network that is not there", { nics: [{ ...wanted.nics[0], network: "nowhere" }] }, "'nowhere'"],
        ["a disk smaller than its image", { disk: file("large.raw") }, "diskGiB must be at least 2"],
    ])("fails with %s, and leaves nothing", async (_, change, message) => {
        fs.writeFileSync(file("large.raw"), "");
        fs.truncateSync(file("large.raw"), 2 * 1024 ** 3);
        await expect(create({ ...wanted, ...change })).rejects.toThrow(message);
        await expectNothingLeft();
    });

    it("reports the output of a guest that does not start, and leaves nothing", async () => {
        fs.writeFileSync(file("panic"), fakeKernel("Kernel panic - not syncing: no root"));
        fs.writeFileSync(file("config"), "");
        const definition = JSON.stringify({ ...wanted, kernel: file("panic"), ready: "ssh" });
        const script = `require("./providers/vm/provider.ts").provider.create(${definition}).catch((e) => console.log(e.message))`;
        const { stdout } = await run(enterLab(stack, ["node", "--import", "tsx", "--eval", script]), {
            cwd: projectDir,
        });
        expect(stdout).toContain("guest-1 does not start: Kernel panic - not syncing: no root");
        expect(stdout).toContain("last lines of its console");
        await expectNothingLeft();
    });

    it("is deleted with its disk, once or twice", async () => {
        const outs = await create();
        await vm.delete("guest-1", outs);
        await expectNothingLeft();
        await vm.delete("guest-1", outs);
    });
});

describe("VmNetwork on libvirt", () => {
    const bridge = () => virsh(uri, ["net-info", "internal"]).then(({ stdout }) => stdout);

    it("was stopped: the refresh finds it, the update repairs it", async () => {
        await virsh(uri, ["net-destroy", "internal"]);
        const { props } = await network.read("internal", net);
        expect(props).toMatchObject({ state: "inactive" });
        expect(await network.diff("internal", props ?? net, net)).toMatchObject({ changes: true, replaces: [] });
        await network.update("internal", props ?? net, net);
        expect(await bridge()).toMatch(/Active:\s+yes/);
    });

    it("leaves a network alone that has its name but is another", async () => {
        await expect(network.create({ ...net, bridge: "br-new" })).rejects.toThrow(
            "another network internal (bridge br-int",
        );
        expect((await network.read("internal", net)).props).toEqual(net);
    });

    it("takes over the leftovers of an attempt that was killed", async () => {
        await virsh(uri, ["net-destroy", "internal"]);
        await network.create(net);
        expect((await network.read("internal", net)).props).toEqual(net);
    });

    it("takes over a network that libvirt would forget when it stops", async () => {
        await virsh(uri, ["net-undefine", "internal"]);
        expect((await virsh(uri, ["net-info", "internal"])).stdout).toMatch(/Persistent:\s+no/);
        await network.create(net);
        expect((await virsh(uri, ["net-info", "internal"])).stdout).toMatch(/Persistent:\s+yes\nAutostart:\s+yes/);
        expect((await network.read("internal", net)).props).toEqual(net);
    });

    it("fails on a bridge that is taken, and leaves nothing", async () => {
        const clash = { ...net, networkName: "other" };
        await expect(network.create(clash)).rejects.toThrow("br-int");
        expect(await network.read("other", clash)).toEqual({ id: "" });
    });

    it("needs no address on the host", async () => {
        const plain = { uri, networkName: "external", bridge: "br-ext", state: "active" };
        const { outs } = await network.create(plain);
        expect((await network.read("external", outs)).props).toEqual(plain);
        await network.delete("external", outs);
        await network.delete("external", outs);
        expect(await network.read("external", outs)).toEqual({ id: "" });
    });
});

async function stopForGood(): Promise<void> {
    await virsh(uri, ["autostart", "--disable", "guest-1"]);
    await virsh(uri, ["destroy", "guest-1"]);
}

async function undefine(): Promise<void> {
    await stopForGood();
    await virsh(uri, ["undefine", "guest-1"]);
}

async function edit(from: string, to: string): Promise<void> {
    const { stdout } = await virsh(uri, ["dumpxml", "--inactive", "guest-1"]);
    expect(stdout).toContain(from);
    await virshXml(uri, ["define"], stdout.replace(from, to));
}

describe("Vm in a storage pool, as on a libvirt outside of a lab", () => {
    const pooled: VmDefinition = { ...wanted, pool: "disks" };
    const volumes = async () => {
        await virsh(uri, ["pool-refresh", "disks"]);
        const { stdout } = await virsh(uri, ["vol-list", "disks"]);
        return stdout.split("\n").flatMap((line) => line.trim().split(/\s+/, 1).filter(Boolean));
    };

    beforeAll(async () => {
        fs.mkdirSync(path.join(dataDir, "disks"));
        await virsh(uri, ["pool-define-as", "disks", "dir", "--target", path.join(dataDir, "disks")]);
        await virsh(uri, ["pool-start", "disks"]);
    });

    afterEach(async () => {
        await vm.delete("guest-1", { ...pooled, uuid: "", sshSeconds: 0 });
        expect(await volumes()).toEqual([]);
    });

    it("has all its files there, and is unchanged afterwards", async () => {
        const outs = await create(pooled);
        const storage = new PoolStorage(pooled, "disks");
        const says = async () => ((await storage.console()).includes("fake kernel is up") ? true : undefined);
        await waitFor("the guest's line on its console", says, { deadlineMs: 30_000 });
        const { disk, credentials } = await storage.files();
        const info = await run(["qemu-img", "info", "-U", "--output=json", disk]);
        expect(JSON.parse(info.stdout)).toMatchObject({ "virtual-size": 1024 ** 3 });
        const contents = Object.values(credentials).map((each) => fs.readFileSync(each, "utf8"));
        expect(contents).toContain("not a key");
        expect(await vm.diff("guest-1", (await vm.read("guest-1", outs)).props ?? outs, pooled)).toMatchObject({
            changes: false,
        });
        expect(vmDirs()).toEqual([]);
    });

    it("lost its disk: a refresh finds it", async () => {
        const outs = await create(pooled);
        await virsh(uri, [
            "vol-delete",
            "--pool",
            "disks",
            path.basename((await new PoolStorage(pooled, "disks").files()).disk),
        ]);
        expect((await vm.read("guest-1", outs)).props).toMatchObject({ disk: "deleted" });
    });

    it("treats an incomplete image as missing, and keeps it while another VM uses it", async () => {
        await create(pooled);
        const [complete] = (await volumes()).filter((volume) => volume.endsWith(".complete"));
        await vm.delete("guest-1", { ...pooled, uuid: "", sshSeconds: 0 });
        const image = complete.slice(0, -".complete".length);
        await virsh(uri, ["vol-create-as", "--pool", "disks", image, "1b", "--format", "raw"]);
        await create(pooled);
        const second = { ...pooled, vmName: "guest-2", nics: [{ ...wanted.nics[0], mac: "52:54:00:12:34:98" }] };
        await create(second);
        await vm.delete("guest-1", { ...pooled, uuid: "", sshSeconds: 0 });
        expect(await volumes()).toContain(complete);
        await vm.delete("guest-2", { ...second, uuid: "", sshSeconds: 0 });
    });

    it("without such a pool one sentence says what to do, and nothing is left", async () => {
        await expect(create({ ...pooled, pool: "nowhere" })).rejects.toThrow(
            /storage pool nowhere of .* can't be used, make and start it/,
        );
    });
});

describe("VmNetwork on a bridge of the host's", () => {
    const bridged = { uri, networkName: "bridged", bridge: "br-own", mode: "bridge" as const, state: "active" };
    const inLab = (...args: string[]) => run(enterLab(stack, ["ip", "link", ...args]));

    it("uses it unchanged, and leaves it there", async () => {
        await inLab("add", "br-own", "type", "bridge");
        const { outs } = await network.create(bridged);
        expect((await network.read("bridged", outs)).props).toEqual(bridged);
        await network.delete("bridged", outs);
        expect(await network.read("bridged", outs)).toEqual({ id: "" });
        expect((await inLab("show", "br-own")).stdout).toContain("br-own");
    });

    it("refuses an address, which belongs to the host", async () => {
        const { failures } = await network.check(bridged, { ...bridged, address: "192.168.64.1", prefix: 24 });
        expect(failures).toMatchObject([{ property: "address" }]);
    });
});
