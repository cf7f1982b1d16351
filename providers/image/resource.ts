import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface VmImageContainer {
    /** Name of a container definition in services/definitions.ts, such as kamailio. */
    name: pulumi.Input<string>;
    /** Path of an OCI or Docker archive (`docker save`) to use instead of Debian's packages; relative to the project. */
    archive?: pulumi.Input<string | undefined>;
}

export interface ImageArgs {
    /** Name of an image definition in services/definitions.ts: sip, pbx or media for a VM, core for the lab's Docker. */
    kind: pulumi.Input<string>;
    /** Debian suite, such as forky. */
    suite: pulumi.Input<string>;
    /** False accepts expired package lists, as frozen mirrors have them; signatures are still checked. */
    checkValidUntil: pulumi.Input<boolean>;
    /** URI of a Debian archive; default: the one that this host's own packages come from. */
    mirror?: pulumi.Input<string | undefined>;
    /** Containers that are in the image's Docker store at boot. */
    containers: pulumi.Input<pulumi.Input<VmImageContainer>[]>;
}

/**
 * A virtual machine's image: disk, kernel and initrd, in a cache that all stacks of this user share and that outlives them.
 * Built if the cache lacks it; its hash covers its inputs (packages, files, archives).
 */
export class VmImage extends DynamicResource {
    /** SHA-256 over all inputs of the image. */
    declare readonly hash: pulumi.Output<string>;
    /** Path of the disk: ext4 without a partition table, raw, sparse and read-only, as the base of a VM's own disk. */
    declare readonly disk: pulumi.Output<string>;
    declare readonly kernel: pulumi.Output<string>;
    declare readonly initrd: pulumi.Output<string>;
    /** Kernel command line. */
    declare readonly cmdline: pulumi.Output<string>;
    /** Debian's version by name: kernel, docker, rtpengine, and each container. */
    declare readonly versions: pulumi.Output<Record<string, string>>;
    /** By container name: reference and id in the image's Docker store. */
    declare readonly containerImages: pulumi.Output<Record<string, { ref: string; id: string }>>;

    constructor(name: string, args: ImageArgs, opts?: pulumi.CustomResourceOptions) {
        const outputs = ["hash", "disk", "kernel", "initrd", "cmdline", "versions", "containerImages"];
        super({ type: "VmImage", provider: "providers/image/provider.ts", outputs }, name, args, opts);
    }
}

/**
 * What the lab's Docker daemon runs from: its root file system, and its store with the images of the core services; in the same
 * cache as the images of VMs, and built in the same way.
 */
export class ContainerStore extends DynamicResource {
    /** SHA-256 over all inputs. */
    declare readonly hash: pulumi.Output<string>;
    /** Directories with the root file system for overlayfs, uppermost first; never written to. */
    declare readonly layers: pulumi.Output<string[]>;
    /** Directory with the initial content of /var/lib/docker. */
    declare readonly store: pulumi.Output<string>;
    /** Version of each container. */
    declare readonly versions: pulumi.Output<Record<string, string>>;
    /** By container name: reference and id in the store. */
    declare readonly containerImages: pulumi.Output<Record<string, { ref: string; id: string }>>;

    constructor(name: string, args: ImageArgs, opts?: pulumi.CustomResourceOptions) {
        const outputs = ["hash", "layers", "store", "versions", "containerImages"];
        super({ type: "ContainerStore", provider: "providers/image/store-provider.ts", outputs }, name, args, opts);
    }
}
