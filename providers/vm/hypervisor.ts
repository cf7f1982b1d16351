/** A network interface of a VM, as its guest sees it. */
export interface VmNic {
    /** Name in the guest: eth0, eth1, ... in this order. */
    name: string;
    mac: string;
    /** The hypervisor's network that it is connected to. */
    network: string;
    /** IPv4 address. */
    address: string;
    /** Prefix length of the address. */
    prefix: number;
    /** Default gateway of the guest; none by default. */
    gateway?: string;
}

/** Where a VM's files are, as seen by its hypervisor. */
export interface MachineFiles {
    /** The VM's own disk, an overlay on its image. */
    disk: string;
    kernel: string;
    initrd: string;
    /** File for the output of the guest's serial console; emptied at each start. */
    consoleLog: string;
    /** systemd's system credentials: name to file with the content (https://systemd.io/CREDENTIALS). */
    credentials: Record<string, string>;
}

/** A VM as defined in its hypervisor. All paths are on the hypervisor's machine. */
export interface Machine extends MachineFiles {
    name: string;
    uuid: string;
    /** For people and for us; empty for none. */
    description: string;
    vcpus: number;
    memoryMiB: number;
    cmdline: string;
    nics: VmNic[];
    /** Of a VM that starts from a saved memory, or whose memory will be saved. */
    generation?: Generation;
}

/** Additional settings of such a VM, which its memory depends on. */
export interface Generation {
    /** Tells the guest's kernel whether it is still the same VM: a UUID (VMGENID). */
    id: string;
    /** Unix socket on which the hypervisor accepts one connection to the serial console, instead of the log. */
    consoleSocket?: string;
}

export type VmState = "running" | "paused" | "shut off" | "crashed";

/** The hypervisor's report of a VM; the fields of the actual definition, which may differ from ours. */
export interface VmStatus {
    state: VmState;
    /** It starts with its hypervisor; in a lab it also starts again when it has ended (lab/keep-vms.sh). */
    autostart: boolean;
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
 * What runs VMs. If a hypervisor does not answer, for lack of a permission or a connection, every method fails: this never
 * counts as a missing VM.
 */
export interface Hypervisor {
    /** Undefined if there is no VM of that name. */
    inspect(name: string): Promise<VmStatus | undefined>;
    /** Defines the VM, stopped; or changes one of the same UUID, from its next start on. */
    define(machine: Machine): Promise<void>;
    /** Does nothing to a VM that runs by then: its hypervisor may have started it, too. */
    start(name: string): Promise<void>;
    /** Whether the VM is to run at all times, from now on. Before anything stops it on purpose, it must not be. */
    setAutostart(name: string, autostart: boolean): Promise<void>;
    /** Cuts the power; does nothing to a VM that does not run. */
    stop(name: string): Promise<void>;
    /** Undefines the VM, with its power cut and without autostart; its disk stays. Does nothing if there is none. */
    remove(name: string): Promise<void>;
}
