import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { sweep } from "../../../images/cache";
import { makeSavedGuest, readSavedGuest, removeSavedGuest, savedGuestEntry, type Draft } from "../../../images/saved";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "saved-guest-"));
const guests = path.join(dir, "voip-stack", "guests");
const given = process.env.XDG_CACHE_HOME;

beforeAll(() => (process.env.XDG_CACHE_HOME = dir));
afterEach(() => fs.rmSync(guests, { recursive: true, force: true }));
afterAll(() => {
    if (given === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = given;
    fs.rmSync(dir, { recursive: true });
});

const image = "/cache/images/media-0123456789ab/disk-1a2b3c4d.raw";
const fits = { xml: "<domain/>", diskGiB: 20, libvirt: "9.0.0", qemu: "7.2.22" };
const entry = savedGuestEntry(image, fits);

const make = async ({ memory, disk }: Draft): Promise<number> => {
    fs.writeFileSync(memory, "head and memory");
    fs.writeFileSync(disk, "disk");
    return 5;
};

describe("a saved guest", () => {
    it("has a name of its image, and the same one for the same", () => {
        expect(entry.name).toMatch(/^media-0123456789ab-[0-9a-f]{12}$/);
        expect(savedGuestEntry(image, { ...fits })).toEqual(entry);
    });

    it.each([
        ["another build of the image", savedGuestEntry(image.replace("1a2b", "ffff"), fits)],
        ["another QEMU", savedGuestEntry(image, { ...fits, qemu: "7.2.23" })],
        ["another definition", savedGuestEntry(image, { ...fits, xml: "<domain type='qemu'/>" })],
    ])("is another one for %s", (_, other) => {
        expect(other.name).not.toBe(entry.name);
    });

    it("is read as it was made, and is where it is said to be", async () => {
        expect(await readSavedGuest(entry)).toBeUndefined();
        await makeSavedGuest(entry, make);
        const saved = await readSavedGuest(entry);
        expect(saved).toMatchObject({ entry, memory: { start: 5, bytes: 15 }, disk: { start: 0, bytes: 4 } });
        expect(fs.readFileSync(saved?.memory.file ?? "", "utf8")).toBe("head and memory");
        expect(fs.readFileSync(saved?.disk.file ?? "", "utf8")).toBe("disk");
    });

    it("replaces an incomplete one, and an existing one", async () => {
        fs.mkdirSync(path.join(guests, `${entry.name}.tmp`), { recursive: true });
        fs.writeFileSync(path.join(guests, `${entry.name}.tmp`, "rest"), "");
        await makeSavedGuest(entry, make);
        await makeSavedGuest(entry, make);
        expect(fs.readdirSync(guests)).toEqual([entry.name]);
        expect(fs.readdirSync(path.join(guests, entry.name)).sort()).toEqual([
            "disk.qcow2",
            "manifest.json",
            "memory",
            "used",
        ]);
    });

    it("is not there when its making failed, nor once it is removed", async () => {
        const fails = async (draft: Draft) => {
            await make(draft);
            throw new Error("no boot");
        };
        await expect(makeSavedGuest(entry, fails)).rejects.toThrow("no boot");
        expect(fs.readdirSync(guests)).toEqual([]);
        await makeSavedGuest(entry, make);
        await removeSavedGuest(entry);
        expect(await readSavedGuest(entry)).toBeUndefined();
    });

    it("is removed if incomplete, and kept if complete", async () => {
        await makeSavedGuest(entry, make);
        fs.mkdirSync(path.join(guests, "other-0123456789ab.tmp"));
        await sweep();
        expect(fs.readdirSync(guests)).toEqual([entry.name]);
    });
});
