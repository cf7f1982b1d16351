import * as fs from "node:fs";
import * as path from "node:path";
import { guestCredentials, hostKeyCredential } from "../../images/guest/identity";
import type { Machine, VmNic, VmStatus } from "./hypervisor";

/** A VM as the program asks for it. */
export interface VmDefinition {
    hypervisor: "libvirt";
    uri: string;
    vmName: string;
    vcpus: number;
    memoryMiB: number;
    diskGiB: number;
    disk: string;
    kernel: string;
    initrd: string;
    cmdline: string;
    nics: VmNic[];
    authorizedKey: string;
    hostKeyFile: string;
    sshConfig: string;
    dataDir: string;
    state: string;
    ready: "ssh" | "running";
}

/** All files of one VM; removed with it. */
export interface VmFiles {
    dir: string;
    overlay: string;
    consoleLog: string;
}

export function vmFiles({ dataDir, vmName }: VmDefinition): VmFiles {
    const dir = path.join(dataDir, "vms", vmName);
    return { dir, overlay: path.join(dir, "disk.qcow2"), consoleLog: path.join(dir, "console.log") };
}

/** The machine that the hypervisor has to know; the guest's credentials are written to files for it. */
export function machineOf(definition: VmDefinition, uuid: string): Machine {
    const { vmName: name, vcpus, memoryMiB, kernel, initrd, cmdline, nics, authorizedKey, hostKeyFile } = definition;
    const { dir, overlay, consoleLog } = vmFiles(definition);
    const directory = path.join(dir, "credentials");
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    const written = Object.entries(guestCredentials({ hostname: name, nics, authorizedKey })).map(([key, content]) => {
        fs.writeFileSync(path.join(directory, key), content, { mode: 0o600 });
        return [key, path.join(directory, key)] as const;
    });
    const credentials = { ...Object.fromEntries(written), [hostKeyCredential]: hostKeyFile };
    return { name, uuid, vcpus, memoryMiB, disk: overlay, kernel, initrd, cmdline, nics, consoleLog, credentials };
}

/** Whether the hypervisor's VM is the one of this definition: another of the same name would have another disk. */
export const isOurs = (definition: VmDefinition, found: VmStatus): boolean =>
    found.disk === vmFiles(definition).overlay;

/** Whether somebody changed what is not reported by itself (vcpus and memory are). */
export function isEdited(definition: VmDefinition, found: VmStatus): boolean {
    const plugged = (nics: { mac: string; network: string }[]) => nics.map(({ mac, network }) => [mac, network]);
    return (
        found.disk !== vmFiles(definition).overlay ||
        found.kernel !== definition.kernel ||
        found.initrd !== definition.initrd ||
        found.cmdline !== definition.cmdline ||
        JSON.stringify(plugged(found.nics)) !== JSON.stringify(plugged(definition.nics))
    );
}
