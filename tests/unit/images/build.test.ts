import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { buildImage, buildStore } from "../../../images/build";
import * as host from "../../../images/host";
import { imageEntry, layerEntries } from "../../../images/recipe";
import * as sandbox from "../../../images/sandbox";
import type { Definitions } from "../../../services/image";

/* Images that are built by scripts that are none: each makes its entry in the cache, and nothing in it. */

jest.mock("../../../images/host");
jest.mock("../../../images/sandbox");

const definitions: Definitions = {
    layers: [
        { name: "base", packages: ["systemd", "openssh-server"] },
        { name: "go", on: "base", packages: ["golang"] },
        {
            name: "sip",
            on: "base",
            packages: ["kamailio"],
            wheels: [{ project: "tool", version: "1.0", binary: "tool", sha256: ["aa", "bb"] }],
            programs: [{ layer: "go", path: "/usr/bin/agent" }],
            files: "images/guest",
            hook: "voip",
        },
        { name: "empty", on: "base", packages: [] },
    ],
    images: {
        sip: {
            layer: "sip",
            docker: true,
            versions: { kamailio: "kamailio", linux: "linux-image" },
            module: { modules: ["new", "old"], procPath: "/proc/module" },
        },
        daemon: { layer: "base", forDaemon: true, versions: {} },
    } as unknown as Definitions["images"],
    containers: {
        kamailio: { layer: "empty", package: "kamailio", entrypoint: ["kamailio", "-DD"] },
        ready: { layer: "empty", package: "ready", entrypoint: [] },
    },
};
const request = { kind: "sip", suite: "forky", containers: [{ name: "kamailio" }] };

let dir: string;
const before = { ...process.env };
let steps: sandbox.BuildStep[];
let said: string[];
const options = (more: object = {}) => ({
    definitions,
    checkValidUntil: true,
    progress: (line: string) => said.push(line),
    ...more,
});
const cache = (...names: string[]): string => path.join(dir, "voip-stack", ...names);
const layer = (name: string): string => cache("layers", layerEntries(definitions, name, request).at(-1)?.name ?? "");
const stepOf = (name: string) => steps.find(({ entry }) => entry.startsWith(`${name}-`));

beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-build-"));
    process.env.XDG_CACHE_HOME = process.env.XDG_STATE_HOME = dir;
    [steps, said] = [[], []];
    jest.mocked(host.aptAccess).mockResolvedValue({
        mirror: "http://mirror",
        settings: "Acquire;\n",
        caFile: "/ca.pem",
    });
    jest.mocked(sandbox.runStep).mockImplementation(async (step) => {
        steps.push(step);
        if (step.env.APT_CONF) expect(fs.readFileSync(step.env.APT_CONF, "utf8")).toBe("Acquire;\n");
        const target = step.env.TARGET;
        if (fs.existsSync(target)) return;
        step.progress("begin");
        step.progress("half way");
        fs.mkdirSync(path.join(target, "docker"), { recursive: true });
        for (const file of ["disk-1.raw", "vmlinux", "initrd"]) fs.writeFileSync(path.join(target, file), "");
        const manifest = { disk: "disk-1.raw", layers: 0, versions: {}, refs: {}, ids: {} };
        fs.writeFileSync(path.join(target, "manifest.json"), JSON.stringify(manifest));
    });
});
afterEach(() => {
    process.env = before;
    jest.resetAllMocks();
    fs.rmSync(dir, { recursive: true });
});

describe("an image that is built", () => {
    it("is made of its layers from the lowest on, those of its programs and containers among them", async () => {
        const { disk } = await buildImage(request, options());
        expect(disk).toBe(path.join(cache("images", imageEntry(definitions, request).name), "disk-1.raw"));
        const order = steps.map(({ entry }) => entry.replace(/-[0-9a-f]{12}$/, ""));
        expect(new Set(order)).toEqual(new Set(["base", "go", "sip", "empty"]));
        expect(order.indexOf("go")).toBeLessThan(order.indexOf("sip"));
        expect(order.lastIndexOf("sip")).toBe(order.length - 1);
        expect(steps.map(({ shelf }) => shelf).slice(-2)).toEqual(["layers", "images"]);
        expect(host.aptAccess).toHaveBeenCalledWith(undefined, true);
    });

    it("has the scripts told what to put where", async () => {
        await buildImage(request, options());
        expect(stepOf("base")).toMatchObject({
            script: "base.sh",
            env: { LOWER: "", SOURCE: "", FILES: "", HOOK: "" },
        });
        expect(stepOf("sip")).toMatchObject({
            shelf: "layers",
            script: "layer.sh",
            env: {
                TARGET: layer("sip"),
                SUITE: "forky",
                MIRROR: "http://mirror",
                PACKAGES: "kamailio",
                WHEELS: "tool\t1.0\ttool\t--hash=sha256:aa --hash=sha256:bb",
                LOWER: `${layer("base")}/fs`,
                BASE: layer("base"),
                PROGRAMS: `${layer("go")}/fs/usr/bin/agent\t/usr/bin/agent`,
                FILES: expect.stringMatching(/\/images\/guest$/) as unknown,
                HOOK: expect.stringMatching(/\/voip$/) as unknown,
                CA_FILE: "/ca.pem",
                DEBS: cache("debs"),
                WHEELS_DIR: cache("wheels"),
            },
        });
        expect(fs.existsSync(path.dirname(stepOf("sip")?.env.APT_CONF ?? "/"))).toBe(false);
        expect(steps.at(-1)).toMatchObject({
            script: "image.sh",
            env: {
                LOWER: `${layer("sip")}/fs:${layer("base")}/fs`,
                DISK_GIB: "20",
                VERSIONS: "kamailio kamailio\nlinux linux-image",
                CONTAINERS: `kamailio\tkamailio\t-\t${layer("empty")}/fs:${layer("base")}/fs\t["kamailio","-DD"]`,
                MODULES: "new,old",
                PROOF: "/proc/module",
                CMDLINE: expect.stringMatching(/^root=\/dev\/vda /) as unknown,
            },
        });
    });

    it("takes a container from an archive as it is", async () => {
        await buildImage({ ...request, containers: [{ name: "ready", archive: "LICENSE" }] }, options());
        expect(steps.at(-1)?.env.CONTAINERS).toMatch(/^ready\tready\t\/.*\/LICENSE\t-\t\[\]$/);
        expect(stepOf("empty")).toBeUndefined();
    });

    it("says what is made, and how long it took last time", async () => {
        await buildImage(request, options({ checkValidUntil: false }));
        expect(said[0]).toBe("image sip: package lists past their date are accepted (checkValidUntil is false)");
        expect(said).toContain("image sip: layer base: installing systemd, openssh-server");
        expect(said).toContain("image sip: layer sip: installing kamailio, tool");
        expect(said).toContain("image sip: layer empty: installing files");
        expect(said).toContain("image sip: half way");
        expect(said.at(-1)).toMatch(/^image sip: image sip done in \d+\.\d s$/);
        said = [];
        fs.rmSync(cache("images"), { recursive: true });
        fs.rmSync(layer("sip"), { recursive: true });
        await buildImage(request, options());
        expect(said.filter((line) => /begin|installing/.test(line))).toEqual([
            expect.stringMatching(/^image sip: layer sip: installing kamailio, tool \(\d+ s last time\)$/),
        ]);
        expect(said.filter((line) => / done in /.test(line))).toHaveLength(2);
    });

    it("is taken from the cache where it is whole", async () => {
        const built = await buildImage(request, options());
        [steps, said] = [[], []];
        expect(await buildImage(request, options())).toEqual(built);
        expect([steps, said]).toEqual([[], []]);
    });

    it("that is not in the cache afterwards is an error", async () => {
        jest.mocked(sandbox.runStep).mockResolvedValue();
        const { name } = imageEntry(definitions, request);
        await expect(buildImage(request, options())).rejects.toThrow(
            `${name} was built, but is not in ${cache("images", name)}`,
        );
    });

    it("fails with what its first step says, and leaves no settings behind", async () => {
        let settings = "";
        jest.mocked(sandbox.runStep).mockImplementation(async ({ env }) => {
            settings = env.APT_CONF;
            throw new Error("no mirror");
        });
        await expect(buildImage(request, options())).rejects.toThrow("no mirror");
        expect([settings.endsWith("/apt.conf"), fs.existsSync(path.dirname(settings))]).toEqual([true, false]);
    });
});

test("the image of the lab's Docker daemon is made by a script of its own", async () => {
    const { store } = await buildStore({ kind: "daemon", suite: "forky", containers: [] }, options());
    expect(store).toMatch(/\/images\/daemon-[0-9a-f]{12}\/docker$/);
    expect(steps.at(-1)?.script).toBe("daemon.sh");
});
