import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { unescapeXml, virsh } from "../../clients/libvirt";
import { guestCredentials, hostKeyCredential } from "../../images/guest/identity";
import { withLock } from "../../process/lock";
import { guestOf, type VmDefinition } from "./definition";
import type { MachineFiles } from "./hypervisor";
import type { Storage } from "./storage";

const gibibyte = 1024 ** 3;

/**
 * A VM's files as volumes of a storage pool of its libvirt (https://libvirt.org/formatstorage.html), of type `dir`, on this
 * machine or another one. The image is uploaded once, and removed with the last VM that uses it.
 */
export class PoolStorage implements Storage {
    private readonly name: string;
    private readonly image: string;

    constructor(
        private readonly definition: VmDefinition,
        private readonly pool: string,
    ) {
        const { dataDir, vmName, disk } = definition;
        this.name = `voip-stack-${path.basename(dataDir)}-${vmName}`;
        this.image = `voip-stack-${path.basename(path.dirname(disk))}-${path.basename(disk)}`;
    }

    async files(): Promise<MachineFiles> {
        const { stdout } = await this.asked("pool-dumpxml");
        const target = unescapeXml(/<path>([^<]*)<\/path>/.exec(stdout)?.[1] ?? "");
        const inPool = (volume: string) => path.join(target, volume);
        return {
            disk: inPool(`${this.name}.qcow2`),
            kernel: inPool(`${this.image}.vmlinuz`),
            initrd: inPool(`${this.image}.initrd`),
            consoleLog: inPool(`${this.name}.console.log`),
            credentials: Object.fromEntries(
                Object.keys(this.credentials()).map((key) => [key, inPool(this.credentialVolume(key))]),
            ),
        };
    }

    async createDisk(): Promise<void> {
        const { disk, diskGiB } = this.definition;
        const least = fs.statSync(disk).size / gibibyte;
        if (diskGiB < least)
            throw new Error(`diskGiB must be at least ${Math.ceil(least)}, the size of ${disk}, not ${diskGiB}`);
        const overlay = [`${this.name}.qcow2`, `${diskGiB}G`, "--format", "qcow2"];
        const backing = ["--backing-vol", this.image, "--backing-vol-format", "raw"];
        await this.locked(async () => {
            await this.provideImage();
            await this.virsh("vol-create-as", ...overlay, ...backing);
        });
    }

    async growDisk(): Promise<void> {
        const volume = `${this.name}.qcow2`;
        const { stdout } = await this.virsh("vol-dumpxml", volume);
        const bytes = Number(/<capacity unit='bytes'>(\d+)</.exec(stdout)?.[1]);
        if (bytes < this.definition.diskGiB * gibibyte)
            await this.virsh("vol-resize", volume, `${this.definition.diskGiB}G`);
    }

    async hasDisk(): Promise<boolean> {
        return (await this.volumes()).includes(`${this.name}.qcow2`);
    }

    async writeCredentials(): Promise<void> {
        const present = await this.volumes();
        for (const [key, content] of Object.entries(this.credentials())) {
            const volume = this.credentialVolume(key);
            if (present.includes(volume)) await this.virsh("vol-delete", volume);
            await inTemporaryFile(async (file) => {
                fs.writeFileSync(file, content, { mode: 0o600 });
                await this.upload(volume, file);
            });
        }
    }

    async console(): Promise<string> {
        const volume = `${this.name}.console.log`;
        if (!(await this.volumes()).includes(volume)) return "";
        return inTemporaryFile(async (file) => {
            await this.virsh("vol-download", volume, file);
            return fs.readFileSync(file, "utf8");
        });
    }

    async remove(): Promise<void> {
        await this.locked(async () => {
            const volumes = await this.volumes();
            for (const volume of volumes.filter((each) => each.startsWith(`${this.name}.`)))
                await this.virsh("vol-delete", volume);
            if (await this.isInUse(volumes)) return;
            for (const volume of this.imageVolumes().filter((each) => volumes.includes(each)))
                await this.virsh("vol-delete", volume);
        });
    }

    /** The first one shows that the others are complete: it is made last, and removed first. */
    private imageVolumes(): string[] {
        return [".complete", "", ".vmlinuz", ".initrd"].map((suffix) => `${this.image}${suffix}`);
    }

    private async provideImage(): Promise<void> {
        const { disk, kernel, initrd, uri, vmName } = this.definition;
        const volumes = await this.volumes();
        const [complete, ...parts] = this.imageVolumes();
        if (volumes.includes(complete)) return;
        console.error(`${vmName}: image ${path.basename(path.dirname(disk))} goes to ${uri}`);
        for (const part of parts.filter((each) => volumes.includes(each))) await this.virsh("vol-delete", part);
        await this.upload(parts[0], disk);
        await this.upload(parts[1], kernel);
        await this.upload(parts[2], initrd);
        await this.virsh("vol-create-as", complete, "1b", "--format", "raw");
    }

    /** Whether the disk of another VM is based on the image. */
    private async isInUse(volumes: string[]): Promise<boolean> {
        const others = volumes.filter(
            (volume) => /^voip-stack-.*\.qcow2$/.test(volume) && volume !== `${this.name}.qcow2`,
        );
        for (const volume of others) {
            const { stdout } = await this.virsh("vol-dumpxml", volume).catch(async (error: Error) => {
                if ((await this.volumes()).includes(volume)) throw error;
                return { stdout: "" }; // removed at the same time
            });
            if (stdout.includes(`/${this.image}</path>`)) return true;
        }
        return false;
    }

    private credentials(): Record<string, string> {
        const { hostKeyFile } = this.definition;
        const hostKey = fs.existsSync(hostKeyFile) ? fs.readFileSync(hostKeyFile, "utf8") : "";
        return { ...guestCredentials(guestOf(this.definition)), [hostKeyCredential]: hostKey };
    }

    private credentialVolume(key: string): string {
        return `${this.name}.${key}`;
    }

    private async upload(volume: string, file: string): Promise<void> {
        const { size } = fs.statSync(file);
        await this.virsh("vol-create-as", volume, `${size}b`, "--allocation", "0", "--format", "raw");
        const upload = ["vol-upload", "--pool", this.pool, volume, file, "--sparse"];
        await virsh(this.definition.uri, upload, { timeoutMs: 3_600_000 });
    }

    private async volumes(): Promise<string[]> {
        await this.asked("pool-refresh");
        const { stdout } = await this.asked("vol-list");
        return stdout.split("\n").flatMap((line) => line.trim().split(/\s+/, 1).filter(Boolean));
    }

    /** Runs a command about the pool as a whole. @throws Error with what to do if the pool does not exist. */
    private asked(command: string) {
        const { uri } = this.definition;
        return virsh(uri, [command, this.pool]).catch((error: Error) => {
            const advice = "make and start it (type dir), or name another with voip-stack:libvirtPool";
            throw new Error(`storage pool ${this.pool} of ${uri} can't be used, ${advice}: ${error.message}`);
        });
    }

    private virsh(command: string, ...args: string[]) {
        return virsh(this.definition.uri, [command, "--pool", this.pool, ...args]);
    }

    private locked(work: () => Promise<void>): Promise<void> {
        return withLock(`voip-stack image ${this.image} on ${this.definition.uri}`, work);
    }
}

async function inTemporaryFile<T>(work: (file: string) => Promise<T>): Promise<T> {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-volume-"));
    try {
        return await work(path.join(dir, "content"));
    } finally {
        fs.rmSync(dir, { recursive: true });
    }
}
