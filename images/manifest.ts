import * as fs from "node:fs/promises";
import * as path from "node:path";

/** The contents of an image. */
export interface ImageContents {
    /** Version by name, in the notation of Debian or PyPI. */
    versions: Record<string, string>;
    /** By container name: reference and id in the image's Docker store. */
    containerImages: Record<string, { ref: string; id: string }>;
}

/** A built image of a VM: files of the cache. */
export interface BuiltImage extends ImageContents {
    /** ext4 without a partition table, raw and sparse; read-only, as VMs' disks are based on it. */
    disk: string;
    /** Uncompressed kernel (ELF, PVH entry): starts a second sooner under emulation than a compressed one. */
    kernel: string;
    initrd: string;
}

/** A built image of the lab's own Docker daemon: directories of the cache, never written to. */
export interface BuiltStore extends ImageContents {
    /** Root file systems for overlayfs, uppermost first. */
    layers: string[];
    /** The initial content of /var/lib/docker. */
    store: string;
}

interface Manifest {
    versions: Record<string, string>;
    refs: Record<string, string>;
    ids: Record<string, string>;
}

/** The kernel of a VM's image, as it was when the image was built. */
export interface TestedKernel {
    /** As `uname -r` prints it. */
    release: string;
    /** Of the file `vmlinux`. */
    sha256: string;
    /** Modules that it loaded in a boot of the image, with their versions; none if the image needs none. */
    modules: Record<string, string>;
}

/** Undefined for an image that is not there, or that was built before kernels were recorded. */
export async function readKernel(dir: string): Promise<TestedKernel | undefined> {
    const manifest = await readManifest<{ kernel?: Omit<TestedKernel, "modules">; modules?: TestedKernel["modules"] }>(
        dir,
    );
    return manifest?.kernel && { ...manifest.kernel, modules: manifest.modules ?? {} };
}

/** Reads the image of a VM from the cache; undefined if it is not there (any more). */
export async function readImage(dir: string): Promise<BuiltImage | undefined> {
    const manifest = await readManifest<{ disk: string }>(dir);
    if (!manifest) return undefined;
    const [disk, kernel, initrd] = [manifest.disk, "vmlinux", "initrd"].map((name) => path.join(dir, name));
    return (await areThere([disk, kernel, initrd])) ? { disk, kernel, initrd, ...contents(manifest) } : undefined;
}

/** Reads the image of the lab's Docker daemon from the cache; undefined if it is not there (any more). */
export async function readStore(dir: string): Promise<BuiltStore | undefined> {
    const manifest = await readManifest<{ layers: number }>(dir);
    if (!manifest) return undefined;
    const layers = Array.from({ length: manifest.layers }, (_, number) => path.join(dir, `root-${number}`));
    const store = path.join(dir, "docker");
    return (await areThere([store, ...layers])) ? { layers, store, ...contents(manifest) } : undefined;
}

async function readManifest<Special>(dir: string): Promise<(Manifest & Special) | undefined> {
    const text = await fs.readFile(path.join(dir, "manifest.json"), "utf8").catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as Manifest & Special);
}

async function areThere(files: string[]): Promise<boolean> {
    const found = await Promise.all(
        files.map((file) =>
            fs.access(file).then(
                () => true,
                () => false,
            ),
        ),
    );
    return !found.includes(false);
}

function contents({ versions, refs, ids }: Manifest): ImageContents {
    const containers = Object.keys(refs).map((name) => [name, { ref: refs[name], id: ids[name] }]);
    return { versions, containerImages: Object.fromEntries(containers) as ImageContents["containerImages"] };
}
