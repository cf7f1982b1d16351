import type { VmDefinition } from "./definition";
import { DirectoryStorage } from "./directory";
import { PoolStorage } from "./pool";

/** Where a VM's files are, as its hypervisor sees them. */
export interface MachineFiles {
    /** The VM's own disk. */
    disk: string;
    kernel: string;
    initrd: string;
    /** File that receives what the guest writes to its serial console. */
    consoleLog: string;
    /** By the name of the systemd credential that the file holds. */
    credentials: Record<string, string>;
}

/** Keeps the files of one VM within its hypervisor's reach. */
export interface Storage {
    files(): Promise<MachineFiles>;
    /**
     * Makes the VM's own disk: a qcow2 overlay on the image, which stays as it is and which others share.
     * @throws Error when the disk is to be smaller than the image.
     */
    createDisk(): Promise<void>;
    /** Grows the disk of a VM that does not run; the guest grows its file system at its next start. */
    growDisk(): Promise<void>;
    hasDisk(): Promise<boolean>;
    writeCredentials(): Promise<void>;
    /** What the guest wrote to its serial console. */
    console(): Promise<string>;
    /** Removes all files of the VM; nothing happens when there are none. */
    remove(): Promise<void>;
}

/** In a pool of libvirt's where the definition names one, which may be on another machine; else in a directory of this one. */
export const storageOf = (definition: VmDefinition): Storage =>
    definition.pool === undefined ? new DirectoryStorage(definition) : new PoolStorage(definition, definition.pool);
