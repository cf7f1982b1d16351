import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isInMemory, keepInMemory } from "../../../lab/memory";
import * as running from "../../../process/run";

jest.mock("../../../process/run");
jest.mock("node:fs", () => ({
    ...jest.requireActual<typeof fs>("node:fs"),
    statfsSync: (at: string) => ({ type: mockDisk.typeOf(at) }),
}));
const mockDisk = { typeOf: (_at: string): number => 0 };

/** What statfs(2) calls them. */
const [tmpfs, ramfs, ext4, overlay, xfs] = [0x01021994, 0x858458f6, 0xef53, 0x794c7630, 0x58465342];

let dir: string;
beforeEach(() => {
    dir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "voip-memory-")), "core");
    mockDisk.typeOf = () => ext4;
    jest.mocked(running.run).mockResolvedValue({ stdout: "", stderr: "", status: 0 });
});
afterEach(() => {
    jest.resetAllMocks();
    fs.rmSync(path.dirname(dir), { recursive: true });
});

const mounts = () => jest.mocked(running.run).mock.calls.map(([argv]) => argv.join(" "));

test.each([
    ["tmpfs", tmpfs, true],
    ["ramfs", ramfs, true],
    ["ext4", ext4, false],
    ["overlay", overlay, false],
    ["xfs", xfs, false],
])("what is in %s is in memory: %#", (_name, type, expected) => {
    mockDisk.typeOf = () => type;
    expect(isInMemory(dir)).toBe(expected);
});

test("a directory that is not there is nowhere in memory", () => {
    mockDisk.typeOf = () => {
        throw new Error("ENOENT");
    };
    expect(isInMemory(dir)).toBe(false);
});

test("a directory on a disk loses what it has, and gets a tmpfs that only root reads", async () => {
    fs.mkdirSync(dir);
    fs.writeFileSync(path.join(dir, "seal.key"), "on a disk");
    await keepInMemory(dir);
    expect(mounts()).toEqual([`mount -t tmpfs -o mode=0700,size=64m,nosuid,nodev,noexec tmpfs ${dir}`]);
    expect(fs.readdirSync(dir)).toEqual([]);
});

test("one in memory keeps what it has", async () => {
    mockDisk.typeOf = () => tmpfs;
    fs.mkdirSync(dir);
    fs.writeFileSync(path.join(dir, "seal.key"), "in memory");
    await keepInMemory(dir);
    expect([mounts(), fs.readdirSync(dir)]).toEqual([[], ["seal.key"]]);
});

test("where none can be mounted, nothing is started, and the error says why and what to do", async () => {
    jest.mocked(running.run).mockRejectedValue(new Error("mount: permission denied"));
    await expect(keepInMemory(dir)).rejects.toThrow(
        `the key of OpenBao's seal and other secrets would be on a disk: ${dir} is not in memory, and no tmpfs can be mounted ` +
            "there (mount one at /run): mount: permission denied",
    );
});
