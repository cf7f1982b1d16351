import * as path from "node:path";
import { virsh } from "../../../clients/libvirt";
import {
    makeSavedGuest, readSavedGuest, type SavedGuest, savedGuestEntry, savedGuestLock,
} from "../../../images/saved"; // prettier-ignore
import { sweep } from "../../../images/cache";
import { stackPaths } from "../../../paths";
import { withFileLock } from "../../../process/file-lock";
import { run } from "../../../process/run";
import { chooseAccelerator } from "../accelerator";
import type { VmDefinition } from "../definition";
import { domainXml } from "../domain-xml";
import { savedMachine, saveGuest } from "./make";

/**
 * The saved guest that a VM can start from, made if the cache has none for exactly this image, definition and hypervisor.
 * @returns why there is none, if VMs boot: one sentence
 */
export async function provideSavedGuest(definition: VmDefinition): Promise<SavedGuest | { none: string }> {
    const { uri, pool, ready, vmName, dataDir } = definition;
    const { libvirtUri, runDir } = stackPaths(path.basename(dataDir));
    if (ready !== "ssh") return { none: "nobody waits for it" };
    if (uri !== libvirtUri || pool !== undefined) return { none: "only VMs of a lab go on from a saved memory" };
    if ((await chooseAccelerator(uri)) !== "tcg") return { none: "with KVM a boot takes no time to speak of" };
    try {
        const entry = savedGuestEntry(definition.disk, await whatFits(definition));
        const found = await readSavedGuest(entry);
        if (found) return found;
        return await withFileLock(await savedGuestLock(entry), async () => {
            const meanwhile = await readSavedGuest(entry);
            if (meanwhile) return meanwhile;
            console.error(`${vmName}: a guest of its image boots without an identity, to be saved`);
            await sweep();
            await makeSavedGuest(entry, (draft) => saveGuest(definition, entry.name, draft, runDir));
            const made = await readSavedGuest(entry);
            if (!made) throw new Error(`${entry.name} was saved, but is not in the cache`);
            return made;
        });
    } catch (error) {
        return { none: `no guest of its image could be saved: ${(error as Error).message}` };
    }
}

/** Everything that a memory depends on, beside image and files: it does not work with another CPU, device or program. */
async function whatFits(definition: VmDefinition): Promise<unknown> {
    const { uri, disk, diskGiB } = definition;
    const [libvirt, qemu] = await Promise.all([
        virsh(uri, ["version", "--daemon"]),
        run(["qemu-system-x86_64", "--version"]),
    ]);
    return {
        xml: domainXml(savedMachine(definition, { name: "", uuid: "", disk, consoleSocket: "" }), "tcg"),
        diskGiB,
        libvirt: libvirt.stdout,
        qemu: qemu.stdout,
    };
}
