import * as path from "node:path";
import { availableVersions } from "../../images/available";
import { readKernel } from "../../images/manifest";
import { readPackages, type InstalledPackage } from "../../images/packages";
import { changesOf, imagesIn, type PackageChange, type StackImage } from "../images/stack-images";
import { projectDir } from "../../paths";
import { table } from "../render/table";
import { Failure, type Result } from "../result";
import { notUp } from "./outputs";

const actions = "list, outdated or sbom";

/** Exit status of `images outdated` when a newly built image would have other packages. */
export const outdatedStatus = 3;

async function imagesOf(stack: string): Promise<StackImage[]> {
    const { listResources } = await import("../../engine/outputs");
    const images = imagesIn(listResources(stack, projectDir));
    if (images.length === 0) throw notUp(stack);
    return images;
}

/** An image's packages. @throws Failure if its build recorded none. */
async function packagesOf({ kind, dir }: StackImage): Promise<InstalledPackage[]> {
    const packages = await readPackages(dir);
    if (packages) return packages;
    throw new Failure(`image ${kind}: there is no list of packages in ${dir}: run up, which builds the image anew`);
}

async function list(stack: string): Promise<Result> {
    const images = await Promise.all(
        (await imagesOf(stack)).map(async (image) => {
            const kernel = await readKernel(image.dir);
            return {
                ...image,
                name: path.basename(image.dir),
                built: await builtAt(image.dir),
                kernel: kernel ?? null,
            };
        }),
    );
    const rows = images.map(({ name, kind, built, versions, kernel, vms }) => [
        ...[name, kind, built ?? "gone", vms.join(" ") || "-"],
        Object.entries(versions)
            .map((version) => version.join(" "))
            .join(", ") || "-",
        kernel ? [kernel.release, ...Object.keys(kernel.modules)].join(" with ") : "-",
    ]);
    const text = table(["image", "kind", "built", "vms", "versions", "kernel"], rows);
    return { facts: { stack, images }, text };
}

/** When the image was built, in UTC; undefined if it is gone from the cache. */
async function builtAt(dir: string): Promise<string | undefined> {
    const { stat } = await import("node:fs/promises");
    const manifest = await stat(path.join(dir, "manifest.json")).catch(() => undefined);
    return manifest?.mtime.toISOString().replace(/\.\d+Z$/, "Z");
}

async function outdated(stack: string): Promise<Result> {
    const images = await imagesOf(stack);
    const checked: { image: string; kind: string; vms: string[]; changes: PackageChange[] }[] = [];
    for (const image of images) {
        const packages = await packagesOf(image);
        const debs = [...new Set(packages.filter(({ kind }) => kind === "deb").map(({ name }) => name))];
        const changes = changesOf(packages, await availableVersions(image.archive, debs));
        checked.push({ image: path.basename(image.dir), kind: image.kind, vms: image.vms, changes });
    }
    const sum = checked.reduce((total, { changes }) => total + changes.length, 0);
    const facts = { stack, outdated: sum, images: checked };
    const rows = checked.flatMap(({ image, changes }) =>
        changes.map(({ where, name, version, available }) => [
            image,
            where,
            name,
            version,
            available ?? "no longer there",
        ]),
    );
    if (sum === 0) return { facts, text: `${stack}: a new image would have the same packages` };
    throw new Failure(`stack ${stack}: ${sum} packages of its images differ from the archive's`, {
        facts,
        text: table(["image", "in", "package", "version", "available"], rows),
        status: outdatedStatus,
    });
}

/** What the image of a kind is made of. @throws Failure with status 2 for a kind that the stack has no image of */
async function sbom(stack: string, kind: string | undefined): Promise<Result> {
    const there = await imagesOf(stack);
    const chosen = there.filter((image) => image.kind === kind);
    const kinds = [...new Set(there.map((image) => image.kind))].join(", ");
    if (chosen.length === 0) {
        throw new Failure(
            `images sbom must be followed by an image's kind, one of ${kinds}, not ${kind ?? "nothing"}`,
            {
                status: 2,
            },
        );
    }
    const [image] = chosen;
    const { sbomOf } = await import("../images/sbom");
    const text = sbomOf({
        ...{ name: path.basename(image.dir), kind: image.kind, suite: image.archive.suite },
        ...{ built: await builtAt(image.dir), packages: await packagesOf(image), kernel: await readKernel(image.dir) },
    });
    return { facts: JSON.parse(text) as Record<string, unknown>, text };
}

/** `list` by default. @throws Failure with status 2 for another action */
export async function images(stack: string, [action = "list", ...more]: string[]): Promise<Result> {
    const most = action === "sbom" ? 1 : 0;
    if (more.length > most) {
        throw new Failure(`images ${action} takes nothing more, not ${more.slice(most).join(" ")}`, { status: 2 });
    }
    switch (action) {
        case "sbom":
            return sbom(stack, more[0]);
        case "list":
            return list(stack);
        case "outdated":
            return outdated(stack);
        default:
            throw new Failure(`images must be followed by ${actions}, not ${action}`, { status: 2 });
    }
}
