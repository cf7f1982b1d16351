import * as path from "node:path";
import type { ListedResource } from "../../engine/outputs";
import type { Archive } from "../../images/available";
import type { InstalledPackage } from "../../images/packages";

/** An image that a stack uses, from its state. */
export interface StackImage {
    kind: string;
    /** Its directory in the cache. */
    dir: string;
    /** The archive that its packages come from. */
    archive: Archive;
    /** Those that its definition records. */
    versions: Record<string, string>;
    /** VMs whose disks are based on it. */
    vms: string[];
}

/** Inputs and outputs of images and VMs (providers/image/, providers/vm/). */
interface Properties {
    kind: string;
    suite: string;
    mirror?: string;
    checkValidUntil: boolean;
    versions?: Record<string, string>;
    disk?: string;
    store?: string;
    vmName: string;
}

const isOf = (type: string) => (resource: ListedResource) => resource.type.endsWith(`:${type}`);
const propertiesOf = ({ inputs, outputs }: ListedResource) => ({ ...inputs, ...outputs }) as unknown as Properties;

/** The images among the resources of a stack: those of VMs, and that of the lab's Docker daemon. */
export function imagesIn(resources: ListedResource[]): StackImage[] {
    const vms = resources.filter(isOf("Vm")).map(propertiesOf);
    const images = [...resources.filter(isOf("VmImage")), ...resources.filter(isOf("ContainerStore"))];
    return images.map(propertiesOf).flatMap(({ kind, suite, mirror, checkValidUntil, versions = {}, disk, store }) => {
        const file = disk ?? store;
        if (file === undefined) return []; // it was never built
        const archive = { suite, checkValidUntil, ...(mirror ? { mirror } : {}) };
        const based = vms.filter((vm) => vm.disk === file).map(({ vmName }) => vmName);
        return [{ kind, dir: path.dirname(file), archive, versions, vms: based }];
    });
}

/** A package that a new image would have in another version. */
export interface PackageChange {
    /** `host`, or the name of a container. */
    where: string;
    name: string;
    version: string;
    /** Undefined if the archive no longer has the package. */
    available?: string;
}

/**
 * What differs between an image and the archive. An older version in the archive differs too: a new image would have that one.
 * Wheels have fixed versions (services/), and never differ.
 */
export function changesOf(packages: InstalledPackage[], available: Map<string, string>): PackageChange[] {
    return packages
        .filter(({ kind, name, version }) => kind === "deb" && available.get(name) !== version)
        .map(({ where, name, version }) => {
            const found = available.get(name);
            return { where, name, version, ...(found === undefined ? {} : { available: found }) };
        });
}
