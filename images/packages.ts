import * as fs from "node:fs/promises";
import * as path from "node:path";

/** A package of an image. */
export interface InstalledPackage {
    /** `host`, or the name of a container in the image's Docker store. */
    where: string;
    kind: "deb" | "pypi";
    name: string;
    version: string;
    /** As dpkg names it; empty for a wheel. */
    architecture: string;
    /** Name of the source package; empty for a wheel. */
    source: string;
}

/**
 * Everything that is installed in an image, as its build recorded it.
 * @param dir the image's directory in the cache
 * @returns undefined for an image that is not there, or that was built before packages were recorded
 */
export async function readPackages(dir: string): Promise<InstalledPackage[] | undefined> {
    const text = await fs.readFile(path.join(dir, "packages.tsv"), "utf8").catch(() => undefined);
    return text
        ?.split("\n")
        .filter((line) => line !== "")
        .map((line) => {
            const [where, kind, name, version, architecture, source] = line.split("\t");
            return { where, kind: kind as InstalledPackage["kind"], name, version, architecture, source };
        });
}
