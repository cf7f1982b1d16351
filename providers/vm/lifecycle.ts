import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import { isLocal } from "../../clients/libvirt";
import { ssh } from "../../clients/ssh";
import { poweroff } from "../../images/guest/poweroff";
import { removeSavedGuest } from "../../images/saved";
import { waitFor } from "../../process/wait";
import { hasData, isEdited, isOurs, machineOf, type VmDefinition } from "./definition";
import { DirectoryStorage } from "./directory";
import type { Hypervisor } from "./hypervisor";
import { LibvirtHypervisor } from "./libvirt";
import { PoolStorage } from "./pool";
import { provideSavedGuest } from "./saved/provide";
import { restore } from "./saved/restore";
import { dropConnection, forgetGuest, knock, waitForSsh } from "./readiness";
import type { Storage } from "./storage";

export interface VmOutcome {
    uuid: string;
    /** Seconds from the start of the VM to its first answer by ssh. */
    sshSeconds: number;
}

/** An emulated guest answers after 15 s on idle processors; four of them on two busy ones take minutes. */
const bootMs = 300_000;

/** A restored guest answers after 2 s, or 10 s on busy processors: one that does not is restarted. */
const restoredMs = 60_000;

/** Under TCG it takes about 7 s. */
const poweroffMs = 60_000;

export function hypervisorOf({ hypervisor, uri }: VmDefinition): Hypervisor {
    switch (hypervisor) {
        case "libvirt":
            return new LibvirtHypervisor(uri);
    }
}

/** In a libvirt storage pool, possibly on another machine, if the definition names one; else in a directory of this machine. */
const storageOf = (definition: VmDefinition): Storage =>
    definition.pool === undefined ? new DirectoryStorage(definition) : new PoolStorage(definition, definition.pool);

/**
 * Makes the VM and waits until it is ready. Remains of an earlier attempt are replaced; if this one fails, nothing is left.
 * @throws Error if the name belongs to a VM that is not ours, if a file is missing, or if the guest does not start.
 */
export async function createVm(definition: VmDefinition): Promise<VmOutcome> {
    const { vmName, uri, pool, disk, kernel, initrd, hostKeyFile } = definition;
    if (!isLocal(uri) && pool === undefined)
        throw new Error(`${vmName}: on ${uri}, which is another machine, a VM's files need a storage pool`);
    for (const file of [disk, kernel, initrd, hostKeyFile])
        if (!fs.existsSync(file)) throw new Error(`${vmName}: ${file} is not there`);

    await refuseData(definition);
    await deleteVm(definition);
    const uuid = randomUUID();
    try {
        const sshSeconds = (await restoreVm(definition, uuid)) ?? (await bootVm(definition, uuid));
        if (definition.holdsData) await defineVm(definition, uuid, true);
        await hypervisorOf(definition).setAutostart(vmName, true);
        return { uuid, sshSeconds };
    } catch (error) {
        await deleteVm(definition).catch((left: Error) =>
            console.error(`${vmName} is left half made: ${left.message}`),
        );
        throw error;
    }
}

/** Makes the VM's disk and boots it. @returns the seconds that it took. */
async function bootVm(definition: VmDefinition, uuid: string): Promise<number> {
    await storageOf(definition).createDisk();
    await defineVm(definition, uuid, false);
    return startVm(definition);
}

/**
 * Makes the VM from a saved guest of its image.
 * @returns the seconds from the start of the restore to its first answer by ssh; undefined if it has to boot: then nothing is
 *   left
 */
async function restoreVm(definition: VmDefinition, uuid: string): Promise<number | undefined> {
    const { vmName, uri } = definition;
    const saved = await provideSavedGuest(definition);
    if ("none" in saved) {
        console.error(`${vmName} boots: ${saved.none}`);
        return undefined;
    }
    const storage = new DirectoryStorage(definition);
    let isRunning = false;
    try {
        await storage.takeDisk(saved.disk);
        await defineVm(definition, uuid, false);
        const machine = machineOf(definition, await storage.files(), uuid, false);
        const started = Date.now();
        console.error(`${vmName} goes on from a saved memory`);
        await restore(uri, { ...machine, generation: { id: uuid } }, saved.memory, storage.memoryFifo);
        isRunning = true;
        await waitUntilReady(definition, restoredMs);
        console.error(`${vmName} answers ssh after ${seconds(started)} s`);
        return seconds(started);
    } catch (error) {
        console.error(`${vmName} boots, as it could not go on from its saved memory: ${(error as Error).message}`);
        if (!isRunning) await removeSavedGuest(saved.entry); // damaged, or refused: the next VM makes it again
        await deleteVm(definition);
        return undefined;
    }
}

/** @throws Error if the existing VM was left by an earlier stack with its data. */
async function refuseData(definition: VmDefinition): Promise<void> {
    const { uri, vmName } = definition;
    const found = await hypervisorOf(definition).inspect(vmName);
    if (!found || !hasData(found)) return;
    throw new Error(
        `${uri} has a VM ${vmName} whose disk holds data: it stayed when its stack was destroyed; save what is needed of ` +
            `${found.disk}, remove the VM (virsh --connect ${uri} destroy ${vmName}; virsh --connect ${uri} undefine ${vmName}), ` +
            "then run up again",
    );
}

async function defineVm(definition: VmDefinition, uuid: string, inUse: boolean): Promise<void> {
    const storage = storageOf(definition);
    await storage.writeCredentials();
    await hypervisorOf(definition).define(machineOf(definition, await storage.files(), uuid, inUse));
}

/**
 * Notes in the hypervisor that the VM runs at all times, and whether its disk has data. The VM keeps running; the rest of its
 * definition holds from its next start on.
 */
export async function markVm(definition: VmDefinition, uuid: string): Promise<void> {
    await defineVm(definition, uuid, true);
    await hypervisorOf(definition).setAutostart(definition.vmName, true);
}

/** Starts a defined VM and waits until it is ready. @returns the seconds it took. */
async function startVm(definition: VmDefinition): Promise<number> {
    const { vmName, ready } = definition;
    const started = Date.now();
    await hypervisorOf(definition).start(vmName);
    if (ready === "ssh") {
        console.error(`${vmName} starts`);
        await waitUntilReady(definition, bootMs);
        console.error(`${vmName} answers ssh after ${seconds(started)} s`);
    }
    return seconds(started);
}

async function waitUntilReady(definition: VmDefinition, deadlineMs: number): Promise<void> {
    const { vmName: host, sshConfig, nics } = definition;
    const [storage, hypervisor] = [storageOf(definition), hypervisorOf(definition)];
    await waitForSsh({ host, sshConfig, address: nics[0].address, storage, hypervisor }, deadlineMs);
}

const seconds = (since: number) => Math.round((Date.now() - since) / 100) / 10;

/**
 * The actual definition; undefined if neither the VM nor its disk exists. Drops the ssh connection and neighbour entry of a
 * guest that does not run, on which later reads would hang; waits for one that boots, which has been started again.
 */
export async function readVm(definition: VmDefinition): Promise<VmDefinition | undefined> {
    const { vmName: host, sshConfig, ready, nics } = definition;
    const found = await hypervisorOf(definition).inspect(host);
    if (ready === "ssh" && fs.existsSync(sshConfig)) {
        if (found?.state !== "running") await forgetGuest({ host, sshConfig }, nics[0].address);
        else if ((await knock(nics[0].address)) !== "sshd")
            await waitUntilReady(definition, bootMs).catch((error: Error) => console.error(error.message));
    }
    const storage = storageOf(definition);
    const hasDisk = await storage.hasDisk();
    if (!found) return hasDisk ? { ...definition, state: "undefined" } : undefined;
    return {
        ...definition,
        vcpus: found.vcpus,
        memoryMiB: found.memoryMiB,
        autostart: found.autostart,
        disk: hasDisk ? definition.disk : "deleted",
        state: isEdited(definition, await storage.files(), found) ? "edited" : found.state,
    };
}

/** Redefines the VM and restarts it; its disk, with all changes, is kept. */
export async function restartVm(definition: VmDefinition, lastUuid: string): Promise<VmOutcome> {
    const { vmName } = definition;
    const hypervisor = hypervisorOf(definition);
    const found = await hypervisor.inspect(vmName);
    const uuid = found?.uuid ?? lastUuid;
    if (found) await hypervisor.setAutostart(vmName, false);
    await powerOff(definition);
    await storageOf(definition).growDisk();
    await defineVm(definition, uuid, true);
    const sshSeconds = await startVm(definition);
    await hypervisor.setAutostart(vmName, true);
    return { uuid, sshSeconds };
}

/** Lets a running guest shut down first, if it answers, and cuts the power of one that does not. */
async function powerOff(definition: VmDefinition): Promise<void> {
    const { vmName: host, sshConfig, ready } = definition;
    const hypervisor = hypervisorOf(definition);
    const isRunning = async () => (await hypervisor.inspect(host))?.state === "running";
    if (ready === "ssh" && (await isRunning())) {
        try {
            await ssh({ host, sshConfig }, poweroff, { timeoutMs: 30_000 });
            await waitFor(`${host} to power off`, async () => ((await isRunning()) ? undefined : true), {
                deadlineMs: poweroffMs,
            });
        } catch (error) {
            console.error(`${host} is cut off: ${(error as Error).message}`);
        }
        await dropConnection({ host, sshConfig });
    }
    await hypervisor.stop(host);
}

/**
 * Removes the VM with its disk; does nothing if there is none.
 * @throws Error if the hypervisor's VM of this name is not ours.
 */
export async function deleteVm(definition: VmDefinition): Promise<void> {
    const { vmName, uri, sshConfig, ready } = definition;
    const hypervisor = hypervisorOf(definition);
    const storage = storageOf(definition);
    const found = await hypervisor.inspect(vmName);
    if (found && !isOurs(await storage.files(), found)) {
        throw new Error(
            `${uri} has a VM ${vmName} that was not made here (its disk is ${found.disk}): rename or remove it`,
        );
    }
    await hypervisor.remove(vmName);
    if (ready === "ssh" && fs.existsSync(sshConfig)) await dropConnection({ host: vmName, sshConfig });
    await storage.remove();
}
