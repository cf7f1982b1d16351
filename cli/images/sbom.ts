import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";
import type { TestedKernel } from "../../images/manifest";
import type { InstalledPackage } from "../../images/packages";

const { ComponentType } = Enums;
const { Component } = Models;

/** What an image is made of. */
export interface ImageParts {
    /** The image's own name, which changes with its recipe. */
    name: string;
    kind: string;
    /** Debian's release. */
    suite: string;
    /** When it was built, in UTC (ISO 8601). */
    built?: string;
    packages: InstalledPackage[];
    /** Undefined for an image that boots none. */
    kernel?: TestedKernel;
}

/** Of a package, as scanners look it up (https://github.com/package-url/purl-spec, types deb and pypi). */
function purlOf({ kind, name, version, architecture }: InstalledPackage, suite: string): string {
    const purl =
        kind === "deb"
            ? new PackageURL("deb", "debian", name, version, { arch: architecture, distro: suite }, undefined)
            : new PackageURL("pypi", undefined, name, version, undefined, undefined);
    return purl.toString();
}

const referenceOf = ({ where, kind, name, architecture }: InstalledPackage): string =>
    [where, kind, name, architecture].filter(Boolean).join("/");

function componentOf(installed: InstalledPackage, suite: string): Models.Component {
    const { name, version } = installed;
    return new Component(ComponentType.Library, name, {
        ...{ version, purl: purlOf(installed, suite), bomRef: referenceOf(installed) },
    });
}

/** What no package list has: the modules that the kernel loaded, and the agent, which has no dependency but Go's own library. */
function madeHere({ kernel }: ImageParts): Models.Component[] {
    if (!kernel) return [];
    const modules = Object.entries(kernel.modules).map(
        ([name, version]) =>
            new Component(ComponentType.DeviceDriver, name, {
                bomRef: `module/${name}`,
                version: version || undefined,
                description: `built for kernel ${kernel.release}`,
            }),
    );
    return [...modules, new Component(ComponentType.Application, "voip-agent", { bomRef: "voip-agent" })];
}

/** The software bill of materials of an image, in JSON (CycloneDX 1.6): packages of the host, and of each container in it. */
export function sbomOf(image: ImageParts): string {
    const { name, kind, suite, built, packages } = image;
    const described = new Component(kind === "core" ? ComponentType.Container : ComponentType.OperatingSystem, name, {
        bomRef: name,
        version: suite,
        description: `image ${kind} of voip-stack`,
    });
    const bom = new Models.Bom({
        metadata: new Models.Metadata({ component: described, ...(built ? { timestamp: new Date(built) } : {}) }),
    });
    for (const component of madeHere(image)) bom.components.add(component);
    const containers = new Map<string, Models.Component>();
    for (const installed of packages) {
        const { where } = installed;
        if (where !== "host" && !containers.has(where)) {
            containers.set(where, new Component(ComponentType.Container, where, { bomRef: where }));
        }
        (containers.get(where)?.components ?? bom.components).add(componentOf(installed, suite));
    }
    for (const container of containers.values()) bom.components.add(container);
    const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
    return serializer.serialize(bom, { sortLists: true, space: 2 });
}
