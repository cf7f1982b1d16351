import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ensureNetns, ensureOwnNetnsHandle, netnsHandle, removeHandle, removeNetns } from "../../../lab/netns";
import * as procfs from "../../../lab/procfs";
import type * as processes from "../../../process/run";
import { Commands } from "../commands";

jest.mock("../../../lab/procfs");
jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
const mockCommands = new Commands();

/** Inode of the namespace by handle. */
let inodes: Record<string, number | undefined>;
const handle = "/run/netns/voip-unit-none";
const own = "/proc/self/ns/net";

beforeEach(() => {
    mockCommands.reset();
    inodes = { [own]: 1 };
    jest.mocked(procfs.namespaceInode).mockImplementation((at) => inodes[at]);
});

describe("a named network namespace", () => {
    const up = "ip -n voip-unit-none link set lo up";

    it("is where ip(8) has them", () => expect(netnsHandle("voip-unit-none")).toBe(handle));

    it("is made where there is none, and its loopback is up", async () => {
        expect(await ensureNetns("voip-unit-none")).toBe(true);
        expect(mockCommands.ran).toEqual(["ip netns add voip-unit-none", up]);
    });

    it("that is there is kept", async () => {
        inodes[handle] = 2;
        expect(await ensureNetns("voip-unit-none")).toBe(false);
        expect(mockCommands.ran).toEqual([up]);
    });

    it("is that of a process, whatever had the name", async () => {
        inodes["/proc/77/ns/net"] = 2;
        inodes[handle] = 3;
        expect(await ensureNetns("voip-unit-none", 77)).toBe(true);
        expect(mockCommands.take()).toEqual([
            ...["ip netns del voip-unit-none", "ip netns attach voip-unit-none 77", up],
        ]);
        inodes[handle] = 2;
        expect(await ensureNetns("voip-unit-none", 77)).toBe(false);
        expect(mockCommands.ran).toEqual([up]);
    });

    it("is not right because neither it nor the process is there", async () => {
        expect(await ensureNetns("voip-unit-none", 77)).toBe(true);
        expect(mockCommands.ran[0]).toBe("ip netns attach voip-unit-none 77");
    });

    it("is removed by its name where it is one, and may be none", async () => {
        await removeNetns("voip-unit-none");
        expect(mockCommands.ran).toEqual([]);
        inodes[handle] = 2;
        await removeNetns("voip-unit-none");
        expect(mockCommands.ran).toEqual(["ip netns del voip-unit-none"]);
    });
});

describe("a handle on this process's network", () => {
    let dir: string;
    let file: string;
    beforeEach(() => {
        dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-handle-"));
        file = path.join(dir, "outer.net");
    });
    afterEach(() => fs.rmSync(dir, { recursive: true }));

    it("is mounted on a file", async () => {
        expect(await ensureOwnNetnsHandle(file)).toBe(true);
        expect(mockCommands.ran).toEqual([`mount --bind /proc/self/ns/net ${file}`]);
        expect(fs.readFileSync(file, "utf8")).toBe("");
    });

    it("is left alone where it stands for it", async () => {
        inodes[file] = 1;
        expect(await ensureOwnNetnsHandle(file)).toBe(false);
        expect([mockCommands.ran, fs.existsSync(file)]).toEqual([[], false]);
    });

    it("takes the place of all that was mounted there", async () => {
        fs.writeFileSync(file, "x");
        inodes[file] = 5;
        mockCommands.answer(/^umount /, () => {
            inodes[file] = inodes[file] === 5 ? 4 : undefined;
            return "";
        });
        expect(await ensureOwnNetnsHandle(file)).toBe(true);
        expect(mockCommands.ran).toEqual([
            `umount ${file}`,
            `umount ${file}`,
            `mount --bind /proc/self/ns/net ${file}`,
        ]);
        expect(fs.readFileSync(file, "utf8")).toBe("");
    });

    it("goes with its file, which may be gone", async () => {
        fs.writeFileSync(file, "");
        await removeHandle(file);
        await removeHandle(file);
        expect(fs.existsSync(file)).toBe(false);
    });
});
