import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { PoolStorage } from "../../../providers/vm/pool";
import type * as processes from "../../../process/run";
import { Commands } from "../commands";
import { vmIn } from "./definitions";

jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
const mockCommands = new Commands();

const uri = "qemu+ssh://root@host/system";
const image = "voip-stack-sip-0123-disk.raw";
const own = "voip-stack-dev-sip-1";
let dir: string;
let storage: PoolStorage;

/** What was asked of virsh, without the files of this machine and what only looks. */
const changes = (): string[] =>
    mockCommands
        .take()
        .map((line) =>
            line
                .replace(`virsh --quiet --connect ${uri} `, "")
                .replace(/\S+\/(content|disk\.raw|vmlinuz|initrd)\b/, "$1"),
        )
        .filter((line) => !/^(pool-refresh|vol-list|vol-dumpxml|pool-dumpxml) /.test(line));

const holds = (...volumes: string[]): void =>
    mockCommands.answer(/ vol-list /, volumes.map((name) => ` ${name}   /pool/${name}\n`).join(""));

beforeEach(() => {
    mockCommands.reset();
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-pool-"));
    const definition = vmIn(dir, { uri, pool: "voip" });
    for (const file of [definition.disk, definition.kernel, definition.initrd, definition.hostKeyFile]) {
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, path.basename(file));
    }
    storage = new PoolStorage(definition, "voip");
    jest.spyOn(console, "error").mockImplementation();
});
afterEach(() => {
    jest.restoreAllMocks();
    fs.rmSync(dir, { recursive: true });
});

describe("a VM's files in a storage pool", () => {
    it("are volumes where the pool's directory is, named by stack and VM, or by image", async () => {
        mockCommands.answer(/ pool-dumpxml voip$/, "<pool><target><path>/srv/a&amp;b</path></target></pool>");
        expect(await storage.files()).toEqual({
            disk: `/srv/a&b/${own}.qcow2`,
            kernel: `/srv/a&b/${image}.vmlinuz`,
            initrd: `/srv/a&b/${image}.initrd`,
            consoleLog: `/srv/a&b/${own}.console.log`,
            credentials: Object.fromEntries(
                ["system.hostname", "voip.authorized_keys", "voip.network", "voip.ssh_host_key"].map((key) => [
                    key,
                    `/srv/a&b/${own}.${key}`,
                ]),
            ),
        });
    });

    it("are told to be impossible, with what to do, where the pool is not there", async () => {
        mockCommands.answer(/ pool-dumpxml /, { status: 1, stderr: "no storage pool with matching name" });
        await expect(storage.files()).rejects.toThrow(
            /^storage pool voip of qemu\+ssh:.* can't be used, make and start it \(type dir\), or name another with voip-stack:libvirtPool: .*no storage pool/s,
        );
    });

    it("begin with the image, whose mark of completeness comes last, and a disk on it", async () => {
        holds("unrelated");
        await storage.createDisk();
        expect(changes()).toEqual([
            `vol-create-as --pool voip ${image} 8b --allocation 0 --format raw`,
            `vol-upload --pool voip ${image} disk.raw --sparse`,
            `vol-create-as --pool voip ${image}.vmlinuz 7b --allocation 0 --format raw`,
            `vol-upload --pool voip ${image}.vmlinuz vmlinuz --sparse`,
            `vol-create-as --pool voip ${image}.initrd 6b --allocation 0 --format raw`,
            `vol-upload --pool voip ${image}.initrd initrd --sparse`,
            `vol-create-as --pool voip ${image}.complete 1b --format raw`,
            `vol-create-as --pool voip ${own}.qcow2 20G --format qcow2 --backing-vol ${image} --backing-vol-format raw`,
        ]);
        expect(console.error).toHaveBeenCalledWith(`sip-1: image sip-0123 goes to ${uri}`);
    });

    it("use an image that is there", async () => {
        holds(`${image}.complete`, image, `${image}.vmlinuz`, `${image}.initrd`);
        await storage.createDisk();
        expect(changes()).toEqual([expect.stringContaining(`${own}.qcow2 20G`)]);
    });

    it("take away first what was uploaded in part", async () => {
        holds(image, `${image}.initrd`);
        await storage.createDisk();
        expect(changes().slice(0, 3)).toEqual([
            `vol-delete --pool voip ${image}`,
            `vol-delete --pool voip ${image}.initrd`,
            expect.stringMatching(/^vol-create-as/),
        ]);
    });

    it("have no disk smaller than the image", async () => {
        const { disk } = vmIn(dir);
        fs.truncateSync(disk, 20 * 1024 ** 3 + 1);
        await expect(storage.createDisk()).rejects.toThrow(`diskGiB must be at least 21, the size of ${disk}, not 20`);
        expect(mockCommands.ran).toEqual([]);
        fs.truncateSync(disk, 20 * 1024 ** 3);
        await storage.createDisk();
        expect(changes().at(-1)).toContain("20G");
    });

    it("have a disk that grows, and does not shrink", async () => {
        const is = (bytes: number) =>
            mockCommands.answer(/ vol-dumpxml --pool voip \S+\.qcow2$/, `<capacity unit='bytes'>${bytes}</capacity>`);
        is(20 * 1024 ** 3 - 1);
        await storage.growDisk();
        expect(changes()).toEqual([`vol-resize --pool voip ${own}.qcow2 20G`]);
        is(20 * 1024 ** 3);
        await storage.growDisk();
        expect(changes()).toEqual([]);
    });

    it("have a disk when the volume is there", async () => {
        holds(`${own}.qcow2.other`);
        expect(await storage.hasDisk()).toBe(false);
        holds(`${own}.qcow2`);
        expect(await storage.hasDisk()).toBe(true);
        expect(mockCommands.ran[0]).toBe(`virsh --quiet --connect ${uri} pool-refresh voip`);
    });

    it("tell the guest who it is, in place of what was told before", async () => {
        holds(`${own}.voip.network`);
        const uploaded: Record<string, string> = {};
        mockCommands.answer(/ vol-upload /, ([, , , , , , , volume, file]) => {
            uploaded[volume] = fs.readFileSync(file, "utf8");
            expect(fs.statSync(file).mode & 0o777).toBe(0o600);
            return "";
        });
        await storage.writeCredentials();
        expect(uploaded).toMatchObject({
            [`${own}.system.hostname`]: "sip-1",
            [`${own}.voip.ssh_host_key`]: "host-sip-1",
        });
        expect(Object.keys(uploaded)).toHaveLength(4);
        expect(changes().filter((line) => line.startsWith("vol-delete"))).toEqual([
            `vol-delete --pool voip ${own}.voip.network`,
        ]);
    });

    it("have what the guest wrote to its console, if it wrote", async () => {
        holds();
        expect(await storage.console()).toBe("");
        holds(`${own}.console.log`);
        mockCommands.answer(/ vol-download /, (argv) => {
            fs.writeFileSync(argv.at(-1) ?? "", "Linux\n");
            return "";
        });
        expect(await storage.console()).toBe("Linux\n");
        expect(changes()).toEqual([`vol-download --pool voip ${own}.console.log content`]);
    });
});

describe("files in a storage pool are removed", () => {
    const images = [`${image}.complete`, image, `${image}.vmlinuz`, `${image}.initrd`];
    const removed = (): string[] =>
        changes().map((line) => {
            expect(line).toMatch(/^vol-delete --pool voip /);
            return line.split(" ")[3];
        });

    it("with the image that nobody else stands on, its mark of completeness first", async () => {
        holds(`${own}.qcow2`, `${own}.voip.network`, `${own}0.qcow2`, ...images, "voip-stack-pbx-9-disk.raw");
        mockCommands.answer(
            / vol-dumpxml --pool voip \S+0\.qcow2$/,
            "<backingStore><path>/pool/other</path></backingStore>",
        );
        await storage.remove();
        expect(removed()).toEqual([`${own}.qcow2`, `${own}.voip.network`, ...images]);
    });

    it("without the image that another VM stands on", async () => {
        holds(`${own}.qcow2`, `${own}0.qcow2`, ...images);
        mockCommands.answer(
            / vol-dumpxml --pool voip \S+0\.qcow2$/,
            `<backingStore><path>/pool/${image}</path></backingStore>`,
        );
        await storage.remove();
        expect(removed()).toEqual([`${own}.qcow2`]);
    });

    it("while another VM goes at the same time", async () => {
        holds(`${own}0.qcow2`, ...images);
        mockCommands.answer(/ vol-dumpxml /, () => {
            holds(...images);
            return { status: 1, stderr: "no storage vol with matching name" };
        });
        await storage.remove();
        expect(removed()).toEqual(images);
    });

    it("not where it can't be told whether another VM stands on the image", async () => {
        holds(`${own}0.qcow2`, ...images);
        mockCommands.answer(/ vol-dumpxml /, { status: 1, stderr: "connection lost" });
        await expect(storage.remove()).rejects.toThrow("connection lost");
        expect(removed()).toEqual([]);
    });
});
