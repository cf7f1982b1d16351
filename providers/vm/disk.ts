import { run } from "../../process/run";

const gibibyte = 1024 ** 3;

/**
 * Makes a VM's own disk: a qcow2 overlay on an image that is shared and not changed.
 * @throws Error if the disk would be smaller than the image.
 */
export async function createOverlay(overlay: string, image: string, sizeGiB: number): Promise<void> {
    const least = (await virtualSize(image, "raw")) / gibibyte;
    if (sizeGiB < least)
        throw new Error(`diskGiB must be at least ${Math.ceil(least)}, the size of ${image}, not ${sizeGiB}`);
    await run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", image, overlay, `${sizeGiB}G`]);
}

/** Grows the disk of a stopped VM; the guest grows its file system at its next start. */
export async function growOverlay(overlay: string, sizeGiB: number): Promise<void> {
    if ((await virtualSize(overlay, "qcow2")) < sizeGiB * gibibyte)
        await run(["qemu-img", "resize", "-q", "-f", "qcow2", overlay, `${sizeGiB}G`]);
}

/** Size in bytes as seen by the guest. */
async function virtualSize(file: string, format: string): Promise<number> {
    const { stdout } = await run(["qemu-img", "info", "--output=json", "-f", format, file]);
    return (JSON.parse(stdout) as { "virtual-size": number })["virtual-size"];
}
