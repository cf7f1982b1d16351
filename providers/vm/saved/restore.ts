import * as fs from "node:fs";
import * as fsp from "node:fs/promises";
import { virsh } from "../../../clients/libvirt";
import { type CheckedFile, pour, refuseOtherSize } from "../../../images/checked-file";
import { run } from "../../../process/run";
import { domainXml } from "../domain-xml";
import type { Machine } from "../hypervisor";
import { saveFileHead } from "./save-file";

/**
 * Makes libvirt restore a saved memory as the VM of this definition. libvirt reads it through a FIFO, as each VM has a
 * different definition before the same memory.
 * @throws DamagedFile, or CommandError with the message of libvirt or QEMU: then nothing runs
 */
export async function restore(uri: string, machine: Machine, memory: CheckedFile, fifo: string): Promise<void> {
    await refuseOtherSize(memory); // nobody would write then, and libvirt waits for a writer when it opens a FIFO
    await run(["mkfifo", "-m", "600", fifo]);
    // with our own reader, opening the other end does not wait for libvirt, and writing does not wait for one that has given up
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

/** A failed write after libvirt has given up first. */
const isBrokenPipe = (outcome: PromiseSettledResult<void>): boolean =>
    outcome.status === "rejected" && ["EPIPE", "EBADF"].includes((outcome.reason as NodeJS.ErrnoException).code ?? "");
