import * as fs from "node:fs";
import * as path from "node:path";
import { ssh } from "../../clients/ssh";
import { CommandError } from "../../process/run";

export interface KernelModuleDefinition {
    sshConfig: string;
    host: string;
    vmId?: string;
    modules: string[];
    procPath: string;
}

export interface LoadedModule {
    module: string;
    version: string;
    kernel: string;
}

/** The module's state: loaded, or why it does not work. */
export type ModuleState = "loaded" | "not loaded" | "not persistent" | "host not reached";

const loadScript = () => fs.readFileSync(path.join(__dirname, "load.sh"), "utf8");

/** DKMS takes minutes under emulation. */
const buildTimeoutMs = 15 * 60_000;

/**
 * Loads the module; one round trip.
 * @throws Error with the host, the failure, and the end of the kernel's log.
 */
export async function loadModule({ modules, procPath, ...target }: KernelModuleDefinition): Promise<LoadedModule> {
    const command = ["sudo", "sh", "-s", "--", procPath, ...modules].join(" ");
    try {
        const { stdout } = await ssh(target, command, { input: loadScript(), timeoutMs: buildTimeoutMs });
        const said = (key: string) => new RegExp(`^${key} (.*)$`, "m").exec(stdout)?.[1] ?? "";
        return { module: said("module"), version: said("version"), kernel: said("kernel") };
    } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        const said = error.result.stderr.trim() || error.message;
        throw new Error(`${target.host}: ${said}`, { cause: error });
    }
}

/** One round trip. An unreachable host is also a state: on a stopped VM no module is loaded. */
export async function moduleState(
    { procPath, ...target }: KernelModuleDefinition,
    module: string,
): Promise<ModuleState> {
    const script = `[ -d /sys/module/${module} ] && [ -e ${procPath} ] || { echo not loaded; exit; }
[ -e /etc/modules-load.d/voip-${module}.conf ] && echo loaded || echo not persistent`;
    const { stdout, stderr, status } = await ssh(target, script, { okStatus: [0, 255], timeoutMs: 60_000 });
    if (status === 255) {
        console.error(`${target.host} can't be reached: ${stderr.trim()}`);
        return "host not reached";
    }
    return stdout.trim() as ModuleState;
}

/** Stops loading the module at boot. It stays loaded for the programs that use it. */
export async function forgetModule(target: KernelModuleDefinition, module: string): Promise<void> {
    const command = `sudo rm -f /etc/modules-load.d/voip-${module}.conf`;
    await ssh(target, command, { okStatus: [0, 255], timeoutMs: 60_000 }); // 255: the VM is gone, and the file with it
}
