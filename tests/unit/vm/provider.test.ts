import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { provider } from "../../../providers/vm/provider";
import * as lifecycle from "../../../providers/vm/lifecycle";
import { vmIn } from "./definitions";

jest.mock("../../../providers/vm/lifecycle");

const definition = vmIn("/data");
const outputs = { ...definition, uuid: "uuid-1", sshSeconds: 2 };

beforeEach(() => {
    jest.resetAllMocks();
    jest.mocked(lifecycle.restartVm).mockResolvedValue({ uuid: "uuid-1", sshSeconds: 9 });
});

describe("a VM", () => {
    it.each([
        ["that nobody said should run at all times, as in an older state", { autostart: undefined }],
        ["of which this was taken back", { autostart: false }],
        ["whose disk is said to have no data", { holdsData: false }],
    ])("%s is marked, and keeps running", async (_, found) => {
        const olds = { ...outputs, holdsData: true, ...found };
        const news = { ...definition, holdsData: true };
        expect(await provider.diff("sip-1", olds, news)).toMatchObject({ changes: true, replaces: [] });
        expect((await provider.update("sip-1", olds, news)).outs).toEqual({ ...news, uuid: "uuid-1", sshSeconds: 2 });
        expect(lifecycle.markVm).toHaveBeenCalledWith(news, "uuid-1");
        expect(lifecycle.restartVm).not.toHaveBeenCalled();
    });

    it("that is started again is marked by that", async () => {
        const olds = { ...outputs, state: "shut off", autostart: false };
        expect((await provider.update("sip-1", olds, definition)).outs).toMatchObject({ sshSeconds: 9 });
        expect(lifecycle.restartVm).toHaveBeenCalledWith(definition, "uuid-1");
        expect(lifecycle.markVm).not.toHaveBeenCalled();
    });

    it("that is as it should be stays as it is", async () => {
        expect(await provider.diff("sip-1", outputs, definition)).toMatchObject({ changes: false });
        await provider.update("sip-1", outputs, definition);
        expect(lifecycle.markVm).not.toHaveBeenCalled();
    });
});

describe("a VM that needs a kernel module", () => {
    let dir: string;
    const definitionIn = () => {
        const image = path.join(dir, "media-0123");
        const [disk, kernel, initrd] = ["disk", "vmlinux", "initrd"].map((file) => path.join(image, file));
        return vmIn(dir, { vmName: "media-1", disk, kernel, initrd, modules: ["new", "old"] });
    };
    const imageTested = (manifest: object) => {
        const image = path.join(dir, "media-0123");
        fs.mkdirSync(image);
        fs.writeFileSync(path.join(image, "vmlinux"), "kernel");
        fs.writeFileSync(path.join(image, "manifest.json"), JSON.stringify({ versions: {}, ...manifest }));
    };
    /** That of "kernel". */
    const sha256 = "6923dd1bc0460082c5d55a831908c24a282860b7f1cd6c2b79cf1bc8857c639c";
    const untested: [string, object, RegExp][] = [
        [
            "records no kernel",
            {},
            /^media-1 does not boot \S+vmlinux: its image records no kernel; remove \S+media-0123 and /,
        ],
        [
            "booted without it",
            { kernel: { release: "7.2", sha256 }, modules: { other: "1" } },
            /kernel 7\.2 loaded none of new, old/,
        ],
        [
            "was tested with another kernel",
            { kernel: { release: "7.2", sha256: "00" }, modules: { old: "1" } },
            /another file/,
        ],
    ];
    beforeEach(() => (dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-vm-"))));
    afterEach(() => fs.rmSync(dir, { recursive: true }));

    it.each(untested)("is not made, replaced or restarted from an image that %s", async (_, manifest, reason) => {
        imageTested(manifest);
        const definition = definitionIn();
        const olds = { ...outputs, ...definition };
        await expect(provider.create(definition)).rejects.toThrow(reason);
        expect(lifecycle.createVm).not.toHaveBeenCalled();
        await expect(provider.diff("media-1", { ...olds, disk: "/older" }, definition)).rejects.toThrow(reason);
        await expect(provider.diff("media-1", { ...olds, state: "shut off" }, definition)).rejects.toThrow(reason);
        expect(await provider.diff("media-1", olds, definition)).toMatchObject({ changes: false });
    });

    it("is made from an image that loaded it", async () => {
        imageTested({ kernel: { release: "7.2", sha256 }, modules: { old: "1" } });
        await provider.create(definitionIn());
        expect(lifecycle.createVm).toHaveBeenCalledTimes(1);
        expect(await provider.diff("media-1", { ...outputs, disk: "/older" }, definitionIn())).toMatchObject({
            changes: true,
        });
    });

    it("may be planned before its image is built", async () => {
        const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
        const news = { ...definitionIn(), disk: unknown, kernel: unknown, initrd: unknown };
        expect(await provider.diff("media-1", { ...outputs, ...definitionIn() }, news)).toMatchObject({
            changes: true,
        });
    });
});
