import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { definitions } from "../../../services/definitions";
import { layerChain, type Definitions } from "../../../services/image";
import { openbaoWheel as openbao } from "../../../services/openbao/service";
import { filesPath, hookPath, imageEntry, layerEntries, scriptPath, type ImageRequest } from "../../../images/recipe";
import { projectDir } from "../../../paths";

let dir: string;

beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "recipe-"));
    fs.mkdirSync(path.join(dir, "files", "etc"), { recursive: true });
    fs.writeFileSync(path.join(dir, "files", "etc", "motd"), "hello\n");
    fs.writeFileSync(path.join(dir, "hook.sh"), "true\n");
    fs.writeFileSync(path.join(dir, "image.tar"), "an archive");
});

afterEach(() => fs.rmSync(dir, { recursive: true }));

/** Definitions as small as can be, over files that a test may change. */
function tiny(): Definitions {
    return {
        layers: [
            { name: "base", packages: ["ca-certificates"] },
            {
                name: "top",
                on: "base",
                packages: ["zstd"],
                files: path.relative(projectDir, path.join(dir, "files")),
                hook: path.relative(projectDir, path.join(dir, "hook.sh")),
            },
        ],
        containers: { box: { layer: "top", package: "zstd", entrypoint: ["zstd"] } },
        images: { tiny: { layer: "top", docker: true, versions: { zstd: "zstd" } } },
    };
}

const request: ImageRequest = { kind: "tiny", suite: "forky", containers: [{ name: "box" }] };
const hash = (definitions = tiny(), changed: Partial<ImageRequest> = {}) =>
    imageEntry(definitions, { ...request, ...changed }).hash;

test("the same definitions and files give the same hash", () => {
    expect(hash()).toBe(hash());
    expect(imageEntry(tiny(), request).name).toBe(`tiny-${hash().slice(0, 12)}`);
});

describe("the hash changes with", () => {
    const before = (change: () => void) => {
        const old = hash();
        change();
        return old;
    };

    test.each<[string, Partial<ImageRequest>]>([
        ["the suite", { suite: "trixie" }],
        ["the mirror", { mirror: "http://192.0.2.1/debian" }],
        ["the containers", { containers: [] }],
    ])("%s", (_, changed) => expect(hash(tiny(), changed)).not.toBe(hash()));

    test.each<[string, (definitions: Definitions) => void]>([
        ["a package of the layer", ({ layers }) => layers[1].packages.push("xz-utils")],
        ["a package of a layer below", ({ layers }) => layers[0].packages.push("xz-utils")],
        ["a wheel", ({ layers }) => (layers[1].wheels = [openbao])],
        ["a missing hook", ({ layers }) => delete layers[1].hook],
        ["the entrypoint of a container", ({ containers }) => containers.box.entrypoint.push("-d")],
        ["the kernel module to test", ({ images }) => (images.tiny.module = { modules: ["m"], procPath: "/proc/m" })],
        ["the versions to record", ({ images }) => delete images.tiny.versions.zstd],
    ])("%s", (_, change) => {
        const changed = tiny();
        change(changed);
        expect(hash(changed)).not.toBe(hash());
    });

    test("the content of a file", () => {
        const old = before(() => fs.writeFileSync(path.join(dir, "files", "etc", "motd"), "bye\n"));
        expect(hash()).not.toBe(old);
    });

    test("the name of a file", () => {
        const etc = path.join(dir, "files", "etc");
        const old = before(() => fs.renameSync(path.join(etc, "motd"), path.join(etc, "issue")));
        expect(hash()).not.toBe(old);
    });

    test("a file that becomes executable", () => {
        const old = before(() => fs.chmodSync(path.join(dir, "files", "etc", "motd"), 0o755));
        expect(hash()).not.toBe(old);
    });

    test("the hook", () => {
        const old = before(() => fs.writeFileSync(path.join(dir, "hook.sh"), "false\n"));
        expect(hash()).not.toBe(old);
    });

    test("the content of an archive", () => {
        const containers = [{ name: "box", archive: path.join(dir, "image.tar") }];
        const old = hash(tiny(), { containers });
        fs.writeFileSync(path.join(dir, "image.tar"), "another archive");
        expect(hash(tiny(), { containers })).not.toBe(old);
    });
});

test("a layer's hash does not depend on the layers above it", () => {
    const changed = tiny();
    changed.layers[1].packages.push("xz-utils");
    expect(layerEntries(changed, "top", request)[0]).toEqual(layerEntries(tiny(), "top", request)[0]);
});

describe("the definitions", () => {
    const uses = [...Object.values(definitions.images), ...Object.values(definitions.containers)];

    test("every image and container stands on the base layer", () => {
        for (const { layer } of uses) expect(layerChain(definitions.layers, layer)[0].on).toBeUndefined();
    });

    test("every file, hook and script is there", () => {
        const files = definitions.layers.flatMap((layer) => [filesPath(layer), hookPath(layer)]);
        for (const file of [...files, ...["base.sh", "layer.sh", "image.sh", "root.sh"].map(scriptPath)])
            if (file) expect(fs.existsSync(file)).toBe(true);
    });

    test("a layer that is not there is named, with those that are", () => {
        expect(() => layerChain(definitions.layers, "vmm")).toThrow(/no layer is named vmm; there are base, .*media/);
    });
});
