import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../paths";
import { layerChain, type Definitions, type ImageDefinition, type Layer } from "../services/image";
import { imageCommandLine, imageDiskGiB } from "./disk";

/** What a user chooses of an image; everything else is in the definitions. */
export interface ImageRequest {
    /** Name of an image definition. */
    kind: string;
    /** Debian suite, such as forky. */
    suite: string;
    /** URI of a Debian archive to use instead of the host's own. */
    mirror?: string;
    /** Containers to put into the image's Docker store, built from packages or taken from an archive on disk. */
    containers: ContainerRequest[];
}

export interface ContainerRequest {
    name: string;
    /** Path of an OCI or Docker archive (`docker save`), relative to the project. */
    archive?: string;
}

/** One layer or image of the cache: its name identifies its contents, so it is made once and never changed. */
export interface Entry {
    name: string;
    /** SHA-256 over all its inputs. */
    hash: string;
}

const imagesDir = path.join(projectDir, "images");
export const guestDir = path.join(imagesDir, "guest");

export const scriptPath = (name: string): string => path.join(imagesDir, "scripts", name);
export const hookPath = (layer: Layer): string | undefined => layer.hook && path.join(projectDir, layer.hook);
export const filesPath = (layer: Layer): string | undefined => layer.files && path.join(projectDir, layer.files);
export const sourcePath = (layer: Layer): string | undefined => layer.source && path.join(projectDir, layer.source);

/** The script that makes an image from its layers. */
export const imageScript = ({ forDaemon }: ImageDefinition): string => (forDaemon ? "daemon.sh" : "image.sh");

/** Path of a container's archive, relative to the project's directory. */
export const archivePath = (archive: string): string => path.resolve(projectDir, archive);

/** The entries of a chain of layers, lowest first. Reads the definitions' files; the same content gives the same hashes. */
export function layerEntries(definitions: Definitions, layer: string, request: ImageRequest): Entry[] {
    let below = "";
    return layerChain(definitions.layers, layer).map((each) => {
        const { name, on, packages, wheels } = each;
        const script = fileDigests(scriptPath(on ? "layer.sh" : "base.sh"));
        const recipe = { name, packages, wheels, suite: request.suite, mirror: request.mirror, below, script };
        const content = [filesPath(each), hookPath(each), sourcePath(each)].map((file) => file && fileDigests(file));
        const programs = each.programs?.map((program) => [
            program,
            layerEntries(definitions, program.layer, request).at(-1)?.hash,
        ]);
        below = digest(JSON.stringify({ ...recipe, programs, content, common: fileDigests(scriptPath("root.sh")) }));
        return { name: `${name}-${below.slice(0, 12)}`, hash: below };
    });
}

/** The entry of a whole image. @throws Error naming the archive that is missing. */
export function imageEntry(definitions: Definitions, request: ImageRequest): Entry {
    const image = definitions.images[request.kind];
    const top = (layer: string) => layerEntries(definitions, layer, request).at(-1)?.hash;
    const containers = request.containers.map(({ name, archive }) => {
        const definition = definitions.containers[name];
        const content = archive ? fileDigests(archivePath(archive)) : top(definition.layer);
        return { name, package: definition.package, entrypoint: definition.entrypoint, content };
    });
    const own = image.forDaemon ? [] : ["test-boot.sh"];
    const scripts = [imageScript(image), "containers.sh", "root.sh", ...own];
    const script = scripts.map((name) => fileDigests(scriptPath(name)));
    const disk = image.forDaemon
        ? {}
        : { versions: image.versions, imageDiskGiB, imageCommandLine, module: image.module };
    const hash = digest(JSON.stringify({ kind: request.kind, layer: top(image.layer), containers, script, disk }));
    return { name: `${request.kind}-${hash.slice(0, 12)}`, hash };
}

export const digest = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");

/** Digest of a file, or of a directory's tree with names and the executable bit. */
export function fileDigests(file: string): string {
    const stat = fs.statSync(file);
    if (!stat.isDirectory()) return `${stat.mode & 0o100 ? "x" : "-"}${digest(fs.readFileSync(file))}`;
    const names = fs.readdirSync(file).sort();
    return digest(JSON.stringify(names.map((name) => [name, fileDigests(path.join(file, name))])));
}
