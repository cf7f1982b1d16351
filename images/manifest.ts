import * as fs from "node:fs/promises";
import * as path from "node:path";

/** A built image: files of the cache and what they hold. */
export interface BuiltImage {
    /** ext4 without a partition table, raw and sparse; read-only, as VMs' disks lie on top of it. */
    disk: string;
    /** Uncompressed kernel (ELF, PVH entry): starts a second sooner under emulation than one that unpacks itself. */
    kernel: string;
    initrd: string;
    /** Version by name, as Debian writes it. */
    versions: Record<string, string>;
    /** By container name: reference and id in the image's Docker store. */
    containerImages: Record<string, { ref: string; id: string }>;
}

interface Manifest {
    disk: string;
    versions: Record<string, string>;
    refs: Record<string, string>;
    ids: Record<string, string>;
}

/** Reads an image of the cache; undefined when it is not there (any more). */
export async function readImage(dir: string): Promise<BuiltImage | undefined> {
    const text = await fs.readFile(path.join(dir, "manifest.json"), "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    const manifest = JSON.parse(text) as Manifest;
    const [disk, kernel, initrd] = [manifest.disk, "vmlinux", "initrd"].map((name) => path.join(dir, name));
    const files = await Promise.all(
        [disk, kernel, initrd].map((file) =>
            fs.access(file).then(
                () => true,
                () => false,
            ),
        ),
    );
    if (files.includes(false)) return undefined;
    const names = Object.keys(manifest.refs);
    const containerImages = Object.fromEntries(
        names.map((name) => [name, { ref: manifest.refs[name], id: manifest.ids[name] }]),
    );
    return { disk, kernel, initrd, versions: manifest.versions, containerImages };
}
