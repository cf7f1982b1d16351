import type * as processes from "../../../process/run";
import { provider } from "../../../providers/kernel-module/provider";
import { Commands } from "../commands";

jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
const mockCommands = new Commands();

const inputs = {
    sshConfig: "/ssh",
    host: "media-1",
    vmId: "uuid-1",
    modules: ["nft_rtpengine", "xt_RTPENGINE"],
    procPath: "/proc/rtpengine",
};
const loaded = { module: "nft_rtpengine", version: "12.5", kernel: "6.12.1" };
const ssh = "ssh -F /ssh -o BatchMode=yes media-1 -- ";

beforeEach(() => {
    mockCommands.reset();
    mockCommands.answer(/ sudo sh /, "building\nmodule nft_rtpengine\nversion 12.5\nkernel 6.12.1\n");
    jest.spyOn(console, "error").mockImplementation();
});
afterEach(() => jest.restoreAllMocks());

describe("a kernel module", () => {
    it("is loaded by a script that gets the names it may have, and has time to build it", async () => {
        expect(await provider.create(inputs)).toEqual({ id: "media-1/nft_rtpengine", outs: { ...inputs, ...loaded } });
        expect(mockCommands.ran).toEqual([`${ssh}sudo sh -s -- /proc/rtpengine nft_rtpengine xt_RTPENGINE`]);
        expect(mockCommands.given[0].input).toMatch(/^# Loads the first kernel module[^]*modprobe/);
        expect(mockCommands.given[0].timeoutMs).toBe(900_000);
    });

    it("has no version where the script says none", async () => {
        mockCommands.answer(/ sudo sh /, "module nft_rtpengine\n");
        expect((await provider.create(inputs)).outs).toMatchObject({ version: "", kernel: "" });
    });

    it("that can't be loaded is an error of its host", async () => {
        mockCommands.answer(/ sudo sh /, { status: 1, stderr: "no headers\n" });
        await expect(provider.create(inputs)).rejects.toThrow(/^media-1: no headers$/);
        mockCommands.answer(/ sudo sh /, { status: 1 });
        await expect(provider.create(inputs)).rejects.toThrow(/^media-1: ssh .*: exit status 1$/);
    });

    it.each(["loaded", "not loaded", "not persistent"])("is found %s, as the host says", async (state) => {
        mockCommands.answer(/^ssh /, `${state}\n`);
        expect(await provider.read("id", { ...inputs, ...loaded })).toEqual({
            id: "id",
            props: { ...inputs, ...loaded, state },
            inputs: { ...inputs, state },
        });
        expect(mockCommands.ran).toEqual([
            `${ssh}[ -d /sys/module/nft_rtpengine ] && [ -e /proc/rtpengine ] || { echo not loaded; exit; }\n` +
                "[ -e /etc/modules-load.d/voip-nft_rtpengine.conf ] && echo loaded || echo not persistent",
        ]);
    });

    it("of a host that can't be reached is in a state of its own", async () => {
        mockCommands.answer(/^ssh /, { status: 255, stderr: "No route to host\n" });
        const { inputs: found } = await provider.read("id", { ...inputs, ...loaded });
        expect(found?.state).toBe("host not reached");
        expect(console.error).toHaveBeenCalledWith("media-1 can't be reached: No route to host");
    });

    it("is forgotten when another one was loaded, and with its resource", async () => {
        const forgets = `${ssh}sudo rm -f /etc/modules-load.d/voip-xt_RTPENGINE.conf`;
        await provider.update("id", { ...inputs, ...loaded }, inputs);
        expect(mockCommands.take()).toHaveLength(1);
        await provider.update("id", { ...inputs, ...loaded, module: "xt_RTPENGINE" }, inputs);
        expect(mockCommands.take().at(-1)).toBe(forgets);
        mockCommands.answer(/^ssh /, { status: 255 });
        await provider.delete("id", { ...inputs, ...loaded, module: "xt_RTPENGINE" });
        expect(mockCommands.take()).toEqual([forgets]);
        mockCommands.answer(/^ssh /, { status: 1, stderr: "read-only file system" });
        await expect(provider.delete("id", { ...inputs, ...loaded })).rejects.toThrow("read-only file system");
    });
});
