import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { checkedFile, type CheckedFile } from "../../../images/checked-file";
import { machineOf } from "../../../providers/vm/definition";
import { domainXml } from "../../../providers/vm/domain-xml";
import { restore } from "../../../providers/vm/saved/restore";
import { saveFileHead } from "../../../providers/vm/saved/save-file";
import type * as processes from "../../../process/run";
import { Commands } from "../commands";
import { vmIn } from "./definitions";

jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
const mockCommands = new Commands();

const files = { disk: "/d", kernel: "/k", initrd: "/i", consoleLog: "/c", credentials: {} };
const machine = { ...machineOf(vmIn("/data"), files, "uuid-1", false), generation: { id: "uuid-1" } };
let dir: string;
let fifo: string;
let memory: CheckedFile;

beforeEach(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-restore-"));
    fifo = path.join(dir, "fifo");
    fs.writeFileSync(path.join(dir, "memory"), `HEAD${"stream".repeat(100)}`);
    memory = await checkedFile(path.join(dir, "memory"), 4);
    mockCommands.reset();
    mockCommands.answer(/^mkfifo /, (argv) => execFileSync(argv[0], argv.slice(1), { encoding: "utf8" }));
});
afterEach(() => fs.rmSync(dir, { recursive: true }));

describe("a restore of a saved memory", () => {
    it("gives libvirt the VM's own definition and then the memory, through a FIFO for its owner", async () => {
        let poured = Buffer.alloc(0);
        mockCommands.answer(/ restore /, async () => {
            const wanted = saveFileHead(domainXml(machine, "tcg")).length + 600;
            expect(fs.statSync(fifo).isFIFO()).toBe(true);
            const reader = fs.createReadStream(fifo);
            for await (const chunk of reader) {
                poured = Buffer.concat([poured, chunk as Buffer]);
                if (poured.length >= wanted) break;
            }
            return "";
        });
        await restore("qemu:///system", machine, memory, fifo);
        const head = saveFileHead(domainXml(machine, "tcg"));
        expect(poured.subarray(0, head.length)).toEqual(head);
        expect(poured.subarray(head.length).toString()).toBe("stream".repeat(100));
        expect(mockCommands.ran).toEqual([
            `mkfifo -m 600 ${fifo}`,
            `virsh --quiet --connect qemu:///system restore ${fifo}`,
        ]);
        expect(fs.existsSync(fifo)).toBe(false);
    });

    it("fails with libvirt's words when it refuses, and leaves no FIFO", async () => {
        mockCommands.answer(/ restore /, { status: 1, stderr: "unsupported configuration" });
        await expect(restore("qemu:///system", machine, memory, fifo)).rejects.toThrow("unsupported configuration");
        expect(fs.existsSync(fifo)).toBe(false);
    });

    it("of a damaged memory fails with that, although libvirt gives up as well", async () => {
        fs.writeFileSync(path.join(dir, "memory"), `HEAD${"stReam".repeat(100)}`);
        mockCommands.answer(/ restore /, async () => {
            for await (const chunk of fs.createReadStream(fifo)) expect(String(chunk)).not.toContain("stReam");
            return { status: 1, stderr: "unexpected end of file" };
        });
        await expect(restore("qemu:///system", machine, memory, fifo)).rejects.toThrow("memory is damaged");
        expect(fs.existsSync(fifo)).toBe(false);
    });

    it("of a memory of another size is not begun: libvirt would wait at the FIFO for somebody to write", async () => {
        fs.truncateSync(path.join(dir, "memory"), 100);
        await expect(restore("qemu:///system", machine, memory, fifo)).rejects.toThrow("memory is damaged");
        expect(mockCommands.ran).toEqual([]);
    });
});
