import type { Machine, MachineFiles, VmNic, VmStatus } from "./hypervisor";

/** A VM as the program requests it. */
export interface VmDefinition {
    hypervisor: "libvirt";
    uri: string;
    /** libvirt's storage pool for the VM's files; without it, they are in `dataDir`. */
    pool?: string;
    vmName: string;
    vcpus: number;
    memoryMiB: number;
    diskGiB: number;
    disk: string;
    kernel: string;
    initrd: string;
    cmdline: string;
    /** Kernel modules, of which this kernel must have loaded one in a test boot of the image. */
    modules?: string[];
    nics: VmNic[];
    authorizedKey: string;
    hostKeyFile: string;
    sshConfig: string;
    dataDir: string;
    holdsData?: boolean;
    state: string;
    /** Always true; a refresh stores its finding here. */
    autostart?: boolean;
    ready: "ssh" | "running";
}

/** The guest's own part of the definition. */
export const guestOf = ({ vmName: hostname, nics, authorizedKey }: VmDefinition) => ({ hostname, nics, authorizedKey });

/** Marks in the hypervisor a VM whose disk has data. */
const dataMark = "voip-stack: its disk holds data";

/**
 * The definition for the hypervisor.
 * @param inUse it was ready once
 */
export function machineOf(definition: VmDefinition, files: MachineFiles, uuid: string, inUse: boolean): Machine {
    const { vmName: name, vcpus, memoryMiB, cmdline, nics, holdsData } = definition;
    const description = inUse && holdsData ? dataMark : "";
    return { name, uuid, description, vcpus, memoryMiB, cmdline, nics, ...files };
}

/** Whether the existing VM has data on its disk, as far as is known. */
export const hasData = ({ description }: VmStatus): boolean => description === dataMark;

/** Whether the hypervisor's VM belongs to this definition: another of the same name would have another disk. */
export const isOurs = (files: MachineFiles, found: VmStatus): boolean => found.disk === files.disk;

/** Whether somebody changed what is not reported separately (vcpus and memory are). */
export function isEdited(definition: VmDefinition, files: MachineFiles, found: VmStatus): boolean {
    const plugged = (nics: { mac: string; network: string }[]) => nics.map(({ mac, network }) => [mac, network]);
    return (
        found.disk !== files.disk ||
        found.kernel !== files.kernel ||
        found.initrd !== files.initrd ||
        found.cmdline !== definition.cmdline ||
        JSON.stringify(plugged(found.nics)) !== JSON.stringify(plugged(definition.nics))
    );
}
