import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { debsDir, entryDir, type Shelf, sweep, wheelsDir } from "./cache";
import { layerChain, type BuiltProgram, type Definitions, type Layer, type Wheel } from "../services/image";
import { imageCommandLine, imageDiskGiB } from "./disk";
import { durations, rememberDuration } from "./durations";
import { type AptAccess, aptAccess } from "./host";
import { type BuiltImage, type BuiltStore, readImage, readStore } from "./manifest";
import {
    archivePath,
    type Entry,
    filesPath,
    hookPath,
    imageEntry,
    type ImageRequest,
    imageScript,
    layerEntries,
    sourcePath,
} from "./recipe";
import { runStep } from "./sandbox";

export interface BuildOptions {
    definitions: Definitions;
    /** Whether apt refuses expired Release files. */
    checkValidUntil: boolean;
    /** Called with one line for each step that starts or ends. */
    progress: (line: string) => void;
}

/** A boot without systemd takes 10 s under emulation on an idle processor; ten times as long on busy ones, and then some. */
const testBootSeconds = 300;

/** Reads an image from its directory in the cache: undefined if it is not complete. */
type Read<Built> = (dir: string) => Promise<Built | undefined>;

/**
 * Returns the requested image of a VM: from the cache, or built, with its layers. Concurrent builds, in this process or others,
 * share common layers; the first one to need a layer makes it.
 * @throws Error naming what could not be built, why, and the log
 */
export const buildImage = (request: ImageRequest, options: BuildOptions): Promise<BuiltImage> =>
    build(request, options, readImage);

/** The same for the image of the lab's own Docker daemon. */
export const buildStore = (request: ImageRequest, options: BuildOptions): Promise<BuiltStore> =>
    build(request, options, readStore);

async function build<Built>(request: ImageRequest, options: BuildOptions, read: Read<Built>): Promise<Built> {
    const { definitions } = options;
    const entry = imageEntry(definitions, request);
    const cached = await read(entryDir("images", entry));
    if (cached) return cached;

    await sweep();
    const apt = await aptAccess(request.mirror, options.checkValidUntil);
    const scratch = await fs.mkdtemp(path.join(os.tmpdir(), "voip-image-"));
    const say = (line: string) => options.progress(`image ${request.kind}: ${line}`);
    if (!options.checkValidUntil) say("package lists past their date are accepted (checkValidUntil is false)");
    try {
        const build: Build = { request, definitions, apt, aptConf: path.join(scratch, "apt.conf"), say };
        await fs.writeFile(build.aptConf, apt.settings);
        const layers = [definitions.images[request.kind], ...packagedContainers(build)].map(({ layer }) => layer);
        await Promise.all(layers.map((layer) => makeLayers(build, layer)));
        await makeImage(build, entry);
    } finally {
        await fs.rm(scratch, { recursive: true, force: true });
    }
    const built = await read(entryDir("images", entry));
    if (!built) throw new Error(`${entry.name} was built, but is not in ${entryDir("images", entry)}`);
    return built;
}

interface Build {
    request: ImageRequest;
    definitions: Definitions;
    apt: AptAccess;
    aptConf: string;
    say: (line: string) => void;
}

const packagedContainers = ({ request, definitions }: Build) =>
    request.containers.filter(({ archive }) => !archive).map(({ name }) => definitions.containers[name]);

/** Makes the layers of a chain that the cache lacks, from the lowest up. */
async function makeLayers(build: Build, top: string): Promise<void> {
    const chain = layerChain(build.definitions.layers, top);
    const entries = layerEntries(build.definitions, top, build.request);
    for (const [index, layer] of chain.entries()) {
        const entry = entries[index];
        await Promise.all((layer.programs ?? []).map((program) => makeLayers(build, program.layer)));
        const env = {
            SUITE: build.request.suite,
            MIRROR: build.apt.mirror,
            PACKAGES: layer.packages.join(" "),
            WHEELS: (layer.wheels ?? []).map(wheelLine).join("\n"),
            LOWER: lowerDirs(entries.slice(0, index)),
            BASE: entryDir("layers", entries[0]),
            PROGRAMS: (layer.programs ?? []).map((program) => builtProgram(build, program)).join("\n"),
            SOURCE: sourcePath(layer) ?? "",
            FILES: filesPath(layer) ?? "",
            HOOK: hookPath(layer) ?? "",
            APT_CONF: build.aptConf,
            CA_FILE: build.apt.caFile ?? "",
            DEBS: debsDir(),
            WHEELS_DIR: wheelsDir(),
        };
        await makeEntry(build, "layers", entry, layer.on ? "layer.sh" : "base.sh", layerTitle(layer), env);
    }
}

function makeImage(build: Build, entry: Entry): Promise<void> {
    const { request, definitions } = build;
    const image = definitions.images[request.kind];
    const chain = (layer: string) => lowerDirs(layerEntries(definitions, layer, request));
    const containers = request.containers.map(({ name, archive }) => {
        const container = definitions.containers[name];
        const layers = archive ? "-" : chain(container.layer);
        const file = archive ? archivePath(archive) : "-";
        return [name, container.package, file, layers, JSON.stringify(container.entrypoint)].join("\t");
    });
    const env = {
        LOWER: chain(image.layer),
        DISK_GIB: String(imageDiskGiB),
        VERSIONS: Object.entries(image.versions)
            .map((version) => version.join(" "))
            .join("\n"),
        CONTAINERS: containers.join("\n"),
        MODULES: (image.module?.modules ?? []).join(","),
        PROOF: image.module?.procPath ?? "",
        TEST_BOOT_SECONDS: String(testBootSeconds),
        CMDLINE: imageCommandLine,
    };
    return makeEntry(build, "images", entry, imageScript(image), `image ${request.kind}`, env);
}

async function makeEntry(
    build: Build,
    shelf: Shelf,
    entry: Entry,
    script: string,
    title: string,
    env: Record<string, string>,
): Promise<void> {
    const target = entryDir(shelf, entry);
    const known = (await durations())[title];
    const start = Date.now();
    let made = false;
    const progress = (line: string) => {
        made = true;
        build.say(line === "begin" ? `${title}${known === undefined ? "" : ` (${known} s last time)`}` : line);
    };
    await runStep({ shelf, entry: entry.name, script, env: { TARGET: target, ...env }, progress });
    if (!made) return; // it existed, or another process has just made it
    const seconds = (Date.now() - start) / 1000;
    build.say(`${title.split(":")[0]} done in ${seconds.toFixed(1)} s`);
    await rememberDuration(title, seconds);
}

/** Root file systems for overlayfs, uppermost first. */
const lowerDirs = (entries: Entry[]): string =>
    entries
        .map((entry) => path.join(entryDir("layers", entry), "fs"))
        .reverse()
        .join(":");

/** Where a program is, and where it is copied to. */
function builtProgram({ definitions, request }: Build, { layer, path: file }: BuiltProgram): string {
    const [entry] = layerEntries(definitions, layer, request).slice(-1);
    return `${path.join(entryDir("layers", entry), "fs", file)}\t${file}`;
}

const wheelLine = ({ project, version, binary, sha256 }: Wheel): string =>
    [project, version, binary, sha256.map((digest) => `--hash=sha256:${digest}`).join(" ")].join("\t");

function layerTitle({ name, packages, wheels = [] }: Layer): string {
    return `layer ${name}: installing ${[...packages, ...wheels.map(({ project }) => project)].join(", ") || "files"}`;
}
