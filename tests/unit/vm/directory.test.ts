import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { checkedFile } from "../../../images/checked-file";
import { DirectoryStorage } from "../../../providers/vm/directory";
import type * as processes from "../../../process/run";
import { Commands } from "../commands";
import { vmIn } from "./definitions";

jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
const mockCommands = new Commands();

let dir: string;
let storage: DirectoryStorage;
const at = (...names: string[]): string => path.join(dir, "dev", "vms", "sip-1", ...names);
const modeOf = (file: string): string => (fs.statSync(file).mode & 0o777).toString(8);

beforeEach(() => {
    mockCommands.reset();
    mockCommands.answer(/^qemu-img info /, '{"virtual-size": 1024}');
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-directory-"));
    storage = new DirectoryStorage(vmIn(dir));
});
afterEach(() => fs.rmSync(dir, { recursive: true }));

describe("a VM's files in a directory", () => {
    it("are in one of its own; kernel, initrd and host key are used where they are", async () => {
        const { kernel, initrd, hostKeyFile } = vmIn(dir);
        expect(await storage.files()).toEqual({
            disk: at("disk.qcow2"),
            kernel,
            initrd,
            consoleLog: at("console.log"),
            credentials: {
                "system.hostname": at("credentials", "system.hostname"),
                "voip.authorized_keys": at("credentials", "voip.authorized_keys"),
                "voip.network": at("credentials", "voip.network"),
                "voip.ssh_host_key": hostKeyFile,
            },
        });
        expect(storage.memoryFifo).toBe(at("memory"));
    });

    it("get a disk on the image, in a directory for their owner only", async () => {
        await storage.createDisk();
        expect(modeOf(at())).toBe("700");
        expect(mockCommands.ran[1]).toBe(
            `qemu-img create -q -f qcow2 -F raw -b ${vmIn(dir).disk} ${at("disk.qcow2")} 20G`,
        );
        await storage.growDisk();
        expect(mockCommands.ran.at(-1)).toBe(`qemu-img resize -q -f qcow2 ${at("disk.qcow2")} 20G`);
    });

    it("get the disk that a saved memory fits to", async () => {
        expect(await storage.hasDisk()).toBe(false);
        fs.writeFileSync(path.join(dir, "saved"), "overlay");
        await storage.takeDisk(await checkedFile(path.join(dir, "saved")));
        expect([modeOf(at()), fs.readFileSync(at("disk.qcow2"), "utf8")]).toEqual(["700", "overlay"]);
        expect(await storage.hasDisk()).toBe(true);
    });

    it("tell the guest who it is, and nobody else", async () => {
        await storage.writeCredentials();
        expect([modeOf(at()), modeOf(at("credentials"))]).toEqual(["700", "700"]);
        expect(fs.readdirSync(at("credentials")).map((name) => [name, modeOf(at("credentials", name))])).toEqual([
            ["system.hostname", "600"],
            ["voip.authorized_keys", "600"],
            ["voip.network", "600"],
        ]);
        expect(fs.readFileSync(at("credentials", "system.hostname"), "utf8")).toBe("sip-1");
        expect(fs.readFileSync(at("credentials", "voip.network"), "utf8")).toBe(
            "52:54:00:12:34:0a 192.168.64.10/24\n52:54:00:12:35:0a 10.64.0.10/24\n",
        );
    });

    it("have what the guest wrote to its console, if it wrote", async () => {
        expect(await storage.console()).toBe("");
        fs.mkdirSync(at(), { recursive: true });
        fs.writeFileSync(at("console.log"), "Linux\n");
        expect(await storage.console()).toBe("Linux\n");
    });

    it("go as a whole, and may be gone", async () => {
        await storage.writeCredentials();
        await storage.remove();
        await storage.remove();
        expect([fs.existsSync(at()), fs.existsSync(path.dirname(at()))]).toEqual([false, true]);
    });
});
