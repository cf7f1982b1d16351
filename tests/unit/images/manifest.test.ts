import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readImage, readStore } from "../../../images/manifest";

let dir: string;
const at = (name: string): string => path.join(dir, name);
const manifest = {
    versions: { kernel: "7.2" },
    refs: { kamailio: "voip/kamailio:6" },
    ids: { kamailio: "sha256:k", other: "sha256:o" },
};
const contents = {
    versions: { kernel: "7.2" },
    containerImages: { kamailio: { ref: "voip/kamailio:6", id: "sha256:k" } },
};
beforeEach(() => (dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-image-"))));
afterEach(() => fs.rmSync(dir, { recursive: true }));

describe("an image of a VM", () => {
    beforeEach(() => {
        for (const name of ["sip.raw", "vmlinux", "initrd"]) fs.writeFileSync(at(name), "");
        fs.writeFileSync(at("manifest.json"), JSON.stringify({ ...manifest, disk: "sip.raw" }));
    });

    it("is its files, and what is in it", async () => {
        const files = { disk: at("sip.raw"), kernel: at("vmlinux"), initrd: at("initrd") };
        expect(await readImage(dir)).toEqual({ ...files, ...contents });
    });

    it.each(["manifest.json", "sip.raw", "vmlinux", "initrd"])("is not there without its %s", async (name) => {
        fs.rmSync(at(name));
        expect(await readImage(dir)).toBeUndefined();
    });
});

describe("a store of containers", () => {
    beforeEach(() => {
        for (const name of ["docker", "root-0", "root-1"]) fs.mkdirSync(at(name));
        fs.writeFileSync(at("manifest.json"), JSON.stringify({ ...manifest, layers: 2 }));
    });

    it("is its directories, uppermost first, and what is in it", async () => {
        expect(await readStore(dir)).toEqual({
            layers: [at("root-0"), at("root-1")],
            store: at("docker"),
            ...contents,
        });
    });

    it.each(["manifest.json", "docker", "root-0", "root-1"])("is not there without its %s", async (name) => {
        fs.rmSync(at(name), { recursive: true });
        expect(await readStore(dir)).toBeUndefined();
    });
});
