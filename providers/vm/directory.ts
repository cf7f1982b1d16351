import * as fs from "node:fs";
import * as path from "node:path";
import { type CheckedFile, copyFile } from "../../images/checked-file";
import { guestCredentials, hostKeyCredential } from "../../images/guest/identity";
import { guestOf, type VmDefinition } from "./definition";
import { createOverlay, growOverlay } from "./disk";
import type { MachineFiles } from "./hypervisor";
import type { Storage } from "./storage";

/** A VM's files in a directory of this machine. */
export class DirectoryStorage implements Storage {
    private readonly dir: string;
    readonly overlay: string;
    readonly consoleLog: string;
    /** The file from which libvirt restores the VM. */
    readonly memoryFifo: string;

    constructor(private readonly definition: VmDefinition) {
        this.dir = path.join(definition.dataDir, "vms", definition.vmName);
        this.overlay = path.join(this.dir, "disk.qcow2");
        this.consoleLog = path.join(this.dir, "console.log");
        this.memoryFifo = path.join(this.dir, "memory");
    }

    async files(): Promise<MachineFiles> {
        const { kernel, initrd, hostKeyFile } = this.definition;
        const names = Object.keys(guestCredentials(guestOf(this.definition)));
        const written = Object.fromEntries(names.map((name) => [name, this.credential(name)]));
        const credentials = { ...written, [hostKeyCredential]: hostKeyFile };
        return { disk: this.overlay, kernel, initrd, consoleLog: this.consoleLog, credentials };
    }

    async createDisk(): Promise<void> {
        fs.mkdirSync(this.dir, { recursive: true, mode: 0o700 });
        await createOverlay(this.overlay, this.definition.disk, this.definition.diskGiB);
    }

    /** Makes the VM's disk a copy of the one that belongs to a saved memory. @throws DamagedFile */
    async takeDisk(saved: CheckedFile): Promise<void> {
        fs.mkdirSync(this.dir, { recursive: true, mode: 0o700 });
        await copyFile(saved, this.overlay);
    }

    async growDisk(): Promise<void> {
        await growOverlay(this.overlay, this.definition.diskGiB);
    }

    async hasDisk(): Promise<boolean> {
        return fs.existsSync(this.overlay);
    }

    async writeCredentials(): Promise<void> {
        fs.mkdirSync(path.join(this.dir, "credentials"), { recursive: true, mode: 0o700 });
        for (const [name, content] of Object.entries(guestCredentials(guestOf(this.definition))))
            fs.writeFileSync(this.credential(name), content, { mode: 0o600 });
    }

    async console(): Promise<string> {
        return fs.existsSync(this.consoleLog) ? fs.readFileSync(this.consoleLog, "utf8") : "";
    }

    async remove(): Promise<void> {
        fs.rmSync(this.dir, { recursive: true, force: true });
    }

    private credential(name: string): string {
        return path.join(this.dir, "credentials", name);
    }
}
