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

/** Why the module does not work: it is not loaded, or is not loaded at boot, or its host can't be reached. */
export type ModuleState = "loaded" | "not loaded" | "not persistent" | "host not reached";

const loadScript = () => fs.readFileSync(path.join(__dirname, "load.sh"), "utf8");

/** DKMS takes minutes under emulation. */
const buildTimeoutMs = 15 * 60_000;

/**
 * Loads the module; one round trip.
 * @throws Error that names the host and says what failed, with the end of the kernel's log.
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

/** One round trip. A host that can't be reached is a state like the others: what runs on a stopped VM is not loaded. */
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

/** The module is no longer loaded at boot. It stays loaded: whatever uses it goes on working. */
export async function forgetModule(target: KernelModuleDefinition, module: string): Promise<void> {
    const command = `sudo rm -f /etc/modules-load.d/voip-${module}.conf`;
    await ssh(target, command, { okStatus: [0, 255], timeoutMs: 60_000 }); // 255: the VM is gone, and the file with it
}
