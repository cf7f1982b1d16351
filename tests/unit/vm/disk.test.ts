import { createOverlay, growOverlay } from "../../../providers/vm/disk";
import type * as processes from "../../../process/run";
import { Commands } from "../commands";

jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
const mockCommands = new Commands();
beforeEach(() => mockCommands.reset());

const gibibyte = 1_073_741_824;
const isOf = (bytes: number): void => mockCommands.answer(/^qemu-img info /, `{"virtual-size": ${bytes}}`);

describe("a VM's disk", () => {
    it("is an overlay of the size asked for, on an image that may be as large", async () => {
        isOf(20 * gibibyte);
        await createOverlay("/vm/disk.qcow2", "/cache/disk.raw", 20);
        expect(mockCommands.ran).toEqual([
            "qemu-img info --output=json -f raw /cache/disk.raw",
            "qemu-img create -q -f qcow2 -F raw -b /cache/disk.raw /vm/disk.qcow2 20G",
        ]);
    });

    it("is not made smaller than its image; the least size is said in whole GiB", async () => {
        isOf(20 * gibibyte + 1);
        await expect(createOverlay("/vm/disk.qcow2", "/cache/disk.raw", 20)).rejects.toThrow(
            "diskGiB must be at least 21, the size of /cache/disk.raw, not 20",
        );
        expect(mockCommands.ran).toHaveLength(1);
    });

    it("grows to the size asked for", async () => {
        isOf(30 * gibibyte - 1);
        await growOverlay("/vm/disk.qcow2", 30);
        expect(mockCommands.ran).toEqual([
            "qemu-img info --output=json -f qcow2 /vm/disk.qcow2",
            "qemu-img resize -q -f qcow2 /vm/disk.qcow2 30G",
        ]);
    });

    it("is left alone when it has that size", async () => {
        isOf(30 * gibibyte);
        await growOverlay("/vm/disk.qcow2", 30);
        expect(mockCommands.ran).toHaveLength(1);
    });
});
