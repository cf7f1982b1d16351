/** A network interface of a VM, as its guest sees it. */
export interface VmNic {
    /** Name in the guest: eth0, eth1, ... in this order. */
    name: string;
    mac: string;
    /** The hypervisor's network it is plugged into. */
    network: string;
    /** IPv4 address. */
    address: string;
    /** Prefix length of the address. */
    prefix: number;
    /** Default gateway of the guest; none by default. */
    gateway?: string;
}

/** Where a VM's files are, as its hypervisor sees them. */
export interface MachineFiles {
    /** The VM's own disk, an overlay on its image. */
    disk: string;
    kernel: string;
    initrd: string;
    /** File that receives what the guest writes to its serial console; emptied at each start. */
    consoleLog: string;
    /** systemd's system credentials: name to file with the content (https://systemd.io/CREDENTIALS). */
    credentials: Record<string, string>;
}

/** A VM as its hypervisor has to know it. All paths are on the hypervisor's machine. */
export interface Machine extends MachineFiles {
    name: string;
    uuid: string;
    /** For people and for us; empty for none. */
    description: string;
    vcpus: number;
    memoryMiB: number;
    cmdline: string;
    nics: VmNic[];
    /** Of a VM that goes on from a saved memory, or whose memory is to be saved. */
    generation?: Generation;
}

/** What such a VM has besides, and its memory is made for. */
export interface Generation {
    /** Tells the guest's kernel whether it is still the same VM: a UUID (VMGENID). */
    id: string;
    /** Unix socket on which the hypervisor takes one connection to the serial console, in place of the log. */
    consoleSocket?: string;
}

export type VmState = "running" | "paused" | "shut off" | "crashed";

/** What the hypervisor says of a VM; the definition's fields as they are, which may not be as we made them. */
export interface VmStatus {
    state: VmState;
    uuid: string;
    description: string;
    vcpus: number;
    memoryMiB: number;
    disk: string;
    kernel: string;
    initrd: string;
    cmdline: string;
    nics: { mac: string; network: string }[];
}

/**
 * What runs VMs. A hypervisor that can't be asked, for want of a permission or a connection, is an error of every method:
 * it never reads as a VM that is not there.
 */
export interface Hypervisor {
    /** Undefined when there is no VM of that name. */
    inspect(name: string): Promise<VmStatus | undefined>;
    /** Makes the VM known, stopped; or changes one of the same UUID, from its next start on. */
    define(machine: Machine): Promise<void>;
    start(name: string): Promise<void>;
    /** Cuts the power; nothing happens to a VM that does not run. */
    stop(name: string): Promise<void>;
    /** Cuts the power and forgets the VM; its disk stays. Nothing happens when there is none. */
    remove(name: string): Promise<void>;
}
