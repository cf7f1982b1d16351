import * as os from "node:os";
import * as path from "node:path";

function xdg(variable: string, fallback: string): string {
    const value = process.env[variable];
    return path.join(value && path.isAbsolute(value) ? value : path.join(os.homedir(), fallback), "voip-stack");
}

/** The checkout: every file of the project is found from here, from any working directory. */
export const projectDir = __dirname;

/** Images and layers, shared by all stacks and checkouts; survives `destroy` (XDG Base Directory Specification). */
export const cacheDir = (): string => xdg("XDG_CACHE_HOME", ".cache");

/** The passphrase of the stacks, readable by its owner only. */
export const configDir = (): string => xdg("XDG_CONFIG_HOME", ".config");

/** Durations of earlier runs and logs; nothing here is needed to run a stack. */
export const stateDir = (): string => xdg("XDG_STATE_HOME", path.join(".local", "state"));

/** Everything that belongs to one stack on this host. Pure: the same stack name always gives the same names. */
export interface StackPaths {
    /** Disks, SSH keys, libvirt's own state; removed by `destroy`. */
    dataDir: string;
    /** Sockets, pid files, namespace handles; mostly on a tmpfs, and so gone after a reboot together with what they name. */
    runDir: string;
    /** Network namespace that holds the lab's bridges, libvirtd and the engine (`ip netns` name). */
    netns: string;
    /** Network namespace of the phones, on the external network only. */
    phonesNetns: string;
    /** A handle on the network namespace that ./voip was started in, which reaches the package registries. */
    outerNetns: string;
    /** Socket of the lab's own Docker daemon. */
    dockerSocket: string;
    /** Control group of the lab's containers, below the root of cgroup2. */
    cgroup: string;
    /** libvirtd of the lab. */
    libvirtUri: string;
    /** `ssh -F` configuration with one Host entry per VM. */
    sshConfig: string;
}

/** The value of XDG_STATE_HOME with which a stack has this `dataDir`. */
export const stateHomeOf = (dataDir: string): string => path.resolve(dataDir, "..", "..", "..");

/** Configuration of the core services, with the key of OpenBao's seal: always in memory (lab/memory.ts). */
export const secretsDirOf = (runDir: string): string => path.join(runDir, "core");

export function stackPaths(stack: string): StackPaths {
    const dataDir = path.join(stateDir(), "stacks", stack);
    const runDir = path.join("/run/voip-stack", stack);
    return {
        dataDir,
        runDir,
        netns: `voip-${stack}`,
        phonesNetns: `voip-${stack}-phones`,
        outerNetns: path.join(runDir, "outer.net"),
        dockerSocket: path.join(runDir, "docker.sock"),
        cgroup: `voip-${stack}`,
        libvirtUri: `qemu+unix:///system?socket=${runDir}/libvirt/libvirt-sock`,
        sshConfig: path.join(dataDir, "ssh", "config"),
    };
}
