import * as cache from "../../../images/cache";
import * as saved from "../../../images/saved";
import * as kvm from "../../../lab/kvm";
import { stackPaths } from "../../../paths";
import * as lock from "../../../process/file-lock";
import * as make from "../../../providers/vm/saved/make";
import { provideSavedGuest } from "../../../providers/vm/saved/provide";
import type * as processes from "../../../process/run";
import { Commands } from "../commands";
import { vmIn } from "./definitions";

jest.mock("../../../images/cache");
jest.mock("../../../images/saved");
jest.mock("../../../lab/kvm");
jest.mock("../../../process/file-lock");
jest.mock("../../../providers/vm/saved/make", () => ({
    ...jest.requireActual<typeof make>("../../../providers/vm/saved/make"),
    saveGuest: jest.fn(),
}));
jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
const mockCommands = new Commands();

const ofLab = vmIn("/data", { uri: stackPaths("dev").libvirtUri });
const entry = { name: "sip-0123", hash: "0123" };
const guest = { entry, memory: { file: "m" }, disk: { file: "d" } } as saved.SavedGuest;
const draft = { disk: "/draft/disk", memory: "/draft/memory" };
let said: string[];

beforeEach(() => {
    said = [];
    mockCommands.reset();
    mockCommands.answer(/ version --daemon$/, "libvirt 9.0.0");
    mockCommands.answer(/^qemu-system-x86_64 --version$/, "QEMU 7.2");
    jest.mocked(kvm.kvmState).mockReturnValue("no device");
    jest.mocked(saved.savedGuestEntry).mockReturnValue(entry);
    jest.mocked(saved.savedGuestLock).mockResolvedValue("/locks/guest");
    jest.mocked(saved.shellCommandLine).mockReturnValue("init=/bin/bash");
    jest.mocked(saved.makeSavedGuest).mockImplementation(async (_entry, work) => void (await work(draft)));
    jest.mocked(lock.withFileLock).mockImplementation(async (_file, work) => work());
    jest.spyOn(console, "error").mockImplementation((text: string) => void said.push(text));
});
afterEach(() => {
    jest.restoreAllMocks();
    jest.resetAllMocks();
});

describe("no VM goes on from a saved guest", () => {
    it.each([
        ["that nobody waits for", { ready: "running" as const }, "nobody waits for it"],
        ["of a libvirt that is no lab's", { uri: "qemu:///system" }, "only VMs of a lab go on from a saved memory"],
        ["whose files are in a pool", { pool: "voip" }, "only VMs of a lab go on from a saved memory"],
    ])("%s", async (_, more, none) => {
        expect(await provideSavedGuest({ ...ofLab, ...more })).toEqual({ none });
        expect(saved.readSavedGuest).not.toHaveBeenCalled();
    });

    it("that KVM boots as quickly", async () => {
        jest.mocked(kvm.kvmState).mockReturnValue("usable");
        expect(await provideSavedGuest(ofLab)).toEqual({ none: "with KVM a boot takes no time to speak of" });
    });

    it("that can't be made: the VM boots, and says why", async () => {
        jest.mocked(make.saveGuest).mockRejectedValue(new Error("no end of its boot"));
        expect(await provideSavedGuest(ofLab)).toEqual({
            none: "no guest of its image could be saved: no end of its boot",
        });
    });

    it("that is not in the cache when it was made", async () => {
        expect(await provideSavedGuest(ofLab)).toEqual({
            none: "no guest of its image could be saved: sip-0123 was saved, but is not in the cache",
        });
    });
});

describe("a saved guest", () => {
    it("fits to the machine, its disk's size, and the programs that run it", async () => {
        jest.mocked(saved.readSavedGuest).mockResolvedValue(guest);
        expect(await provideSavedGuest(ofLab)).toBe(guest);
        const [[image, fits]] = jest.mocked(saved.savedGuestEntry).mock.calls;
        expect(image).toBe(ofLab.disk);
        expect(fits).toEqual({
            xml: expect.stringMatching(/^<domain type='qemu'[^]*<name><\/name>[^]*init=\/bin\/bash/) as string,
            diskGiB: 20,
            libvirt: "libvirt 9.0.0",
            qemu: "QEMU 7.2",
        });
        expect(lock.withFileLock).not.toHaveBeenCalled();
    });

    it("is waited for while another process makes it", async () => {
        jest.mocked(saved.readSavedGuest).mockResolvedValueOnce(undefined).mockResolvedValue(guest);
        expect(await provideSavedGuest(ofLab)).toBe(guest);
        expect(jest.mocked(lock.withFileLock).mock.calls[0][0]).toBe("/locks/guest");
        expect(saved.makeSavedGuest).not.toHaveBeenCalled();
    });

    it("is made where there is none, in a cache that was swept", async () => {
        jest.mocked(saved.readSavedGuest)
            .mockResolvedValueOnce(undefined)
            .mockResolvedValueOnce(undefined)
            .mockResolvedValue(guest);
        expect(await provideSavedGuest(ofLab)).toBe(guest);
        expect(cache.sweep).toHaveBeenCalledTimes(1);
        expect(make.saveGuest).toHaveBeenCalledWith(ofLab, "sip-0123", draft, "/run/voip-stack/dev");
        expect(said).toEqual(["sip-1: a guest of its image boots without an identity, to be saved"]);
    });
});
