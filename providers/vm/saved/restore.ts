import * as fs from "node:fs";
import * as fsp from "node:fs/promises";
import { virsh } from "../../../clients/libvirt";
import { type CheckedFile, pour } from "../../../images/checked-file";
import { run } from "../../../process/run";
import { domainXml } from "../domain-xml";
import type { Machine } from "../hypervisor";
import { saveFileHead } from "./save-file";

/**
 * Has libvirt go on with a saved memory as the VM of this definition. libvirt reads it through a FIFO, as each VM has another
 * definition before the same memory.
 * @throws DamagedFile, or CommandError with what libvirt or QEMU says: then nothing runs
 */
export async function restore(uri: string, machine: Machine, memory: CheckedFile, fifo: string): Promise<void> {
    await run(["mkfifo", "-m", "600", fifo]);
    // with a reader of our own, opening the other end does not wait for libvirt, nor writing for one that has given up
    const reader = await fsp.open(fifo, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const writer = await fsp.open(fifo, "w");
    let open = true;
    const close = async () => {
        if (!open) return;
        open = false;
        await reader.close();
        await writer.close();
    };
    try {
        const restored = virsh(uri, ["restore", fifo]).finally(close);
        const poured = (async () => {
            await writer.writeFile(saveFileHead(domainXml(machine, "tcg")));
            await pour(memory, writer);
        })().catch(async (error: unknown) => {
            await close();
            throw error;
        });
        const [pouring, restoring] = await Promise.allSettled([poured, restored]);
        if (restoring.status === "rejected" && isBrokenPipe(pouring)) throw restoring.reason;
        if (pouring.status === "rejected") throw pouring.reason;
        if (restoring.status === "rejected") throw restoring.reason;
    } finally {
        await close();
        fs.rmSync(fifo, { force: true });
    }
}

/** What is left of the pouring where libvirt was the first to give up. */
const isBrokenPipe = (outcome: PromiseSettledResult<void>): boolean =>
    outcome.status === "rejected" && ["EPIPE", "EBADF"].includes((outcome.reason as NodeJS.ErrnoException).code ?? "");
