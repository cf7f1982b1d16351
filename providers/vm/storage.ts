import type { MachineFiles } from "./hypervisor";

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
