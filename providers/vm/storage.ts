import type { MachineFiles } from "./hypervisor";

/** Stores the files of one VM where its hypervisor can reach them. */
export interface Storage {
    files(): Promise<MachineFiles>;
    /**
     * Makes the VM's own disk: a qcow2 overlay on the image, which is shared and not changed.
     * @throws Error if the disk would be smaller than the image.
     */
    createDisk(): Promise<void>;
    /** Grows the disk of a stopped VM; the guest grows its file system at its next start. */
    growDisk(): Promise<void>;
    hasDisk(): Promise<boolean>;
    writeCredentials(): Promise<void>;
    /** The output of the guest's serial console. */
    console(): Promise<string>;
    /** Removes all files of the VM; does nothing if there are none. */
    remove(): Promise<void>;
}
