import { createHash } from "node:crypto";
import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readKernel } from "../../../images/manifest";
import { readPackages } from "../../../images/packages";
import { projectDir } from "../../../paths";
import { run } from "../../../process/run";
import { waitFor } from "../../../process/wait";
import { imageProvider, type ImageInputs } from "../../../providers/image/image";
import type { KernelModule } from "../../../services/image";
import { kernelText, tinyDefinitions } from "./tiny";

const inputs: ImageInputs = { kind: "tiny", suite: "forky", checkValidUntil: false, containers: [] };
let dir: string;
let said: string[];
let abandoned: ChildProcess | undefined;
const environment = { ...process.env };
/** Everything is built as by a person, out of a checkout, that keep everything to themselves. */
const umask = process.umask(0o077);

beforeAll(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "image-test-"));
    process.env.XDG_CACHE_HOME = path.join(dir, "cache");
    process.env.XDG_STATE_HOME = path.join(dir, "state");
});

afterAll(() => {
    abandoned?.kill("SIGKILL");
    process.env = environment;
    process.umask(umask);
    fs.rmSync(dir, { recursive: true });
});

beforeEach(() => {
    said = [];
    jest.spyOn(process.stderr, "write").mockImplementation((line) => said.push(String(line)) > 0);
});

afterEach(() => jest.restoreAllMocks());

const shelf = (name: string) => path.join(dir, "cache", "voip-stack", name);
const entries = (name: string) => fs.readdirSync(shelf(name)).sort();
const build = (hook: string, module?: KernelModule) => imageProvider(tinyDefinitions(dir, hook, module)).create(inputs);
const readDisk = async (disk: string, file: string) => (await run(["debugfs", "-R", `cat ${file}`, disk])).stdout;

test("builds disk, kernel and initrd, and returns them at once the next time", async () => {
    const { id, outs } = await build("echo hello >/etc/greeting");
    expect(id).toMatch(/^tiny-[0-9a-f]{12}$/);
    expect(await readDisk(outs.disk, "/etc/greeting")).toBe("hello\n");
    expect(await readDisk(outs.disk, "/etc/resolv.conf")).toBe("");
    expect(fs.readFileSync(outs.kernel, "utf8")).toBe(kernelText);
    expect(fs.readFileSync(outs.initrd, "utf8")).toBe("initrd\n");
    expect(fs.statSync(outs.disk).size).toBe(20 * 1024 ** 3);
    expect(fs.statSync(outs.disk).mode & 0o777).toBe(0o444);
    const { stdout: superblock } = await run(["debugfs", "-R", "show_super_stats -h", outs.disk]);
    const count = (of: string): number => Number(new RegExp(`^${of} count: +(\\d+)`, "m").exec(superblock)?.[1]);
    expect(count("Reserved block") / count("Block")).toBeCloseTo(0.05, 3); // root's
    expect(outs.versions.zstd).toMatch(/^1\./);
    const packages = await readPackages(path.dirname(outs.disk));
    const [architecture] = packages!.filter(({ name }) => name === "libc6").map((each) => each.architecture);
    expect(packages).toContainEqual({
        ...{ where: "host", kind: "deb", name: "zstd", version: outs.versions.zstd },
        ...{ architecture, source: "libzstd" },
    });
    expect(said.join("")).toMatch(/image tiny: layer base: installing ca-certificates\n[^]*image tiny done in/);

    said = [];
    expect(await build("echo hello >/etc/greeting")).toEqual({ id, outs });
    expect(said).toEqual([]);
    expect(entries("images")).toEqual([id]);
});

test("modes in an image are what its users need, regardless of the umask of the builder and of the checkout", async () => {
    const { outs } = await build("echo hello >/etc/greeting; su nobody -s /bin/sh -c 'cat /etc/greeting'");
    const modeOf = async (file: string): Promise<string | undefined> =>
        /Mode: +(\d+)/.exec((await run(["debugfs", "-R", `stat ${file}`, outs.disk])).stdout)?.[1];
    const wanted = {
        ...{ "/": "0755", "/etc": "0755", "/etc/greeting": "0644" },
        ...{ "/usr/lib/tiny": "0755", "/usr/lib/tiny/program": "0755", "/usr/lib/tiny/text": "0644" },
    };
    const modes = await Promise.all(Object.keys(wanted).map(async (file) => [file, await modeOf(file)]));
    expect(Object.fromEntries(modes)).toEqual(wanted);
});

test("leaves nothing of a build that fails, and says why it did", async () => {
    const before = [entries("layers"), entries("images")];
    const failure = await build("echo half >/etc/half; apt-get install -y no-such-package").then(
        () => "no failure",
        (error: Error) => error.message,
    );
    expect(failure).toMatch(
        /^tiny-\w+ could not be built: E: Unable to locate package no-such-package; the log is \S+$/,
    );
    expect([entries("layers"), entries("images")]).toEqual(before);
    const log = /the log is (\S+)$/.exec(failure)?.[1] ?? "";
    expect(fs.readFileSync(log, "utf8")).toContain("no-such-package");
});

test("a build that is killed ends with all it started, and the next one removes what it left", async () => {
    const child = spawn(
        process.execPath,
        ["--import", "tsx", path.join(__dirname, "build-tiny.ts"), dir, "echo begun >/etc/begun; sleep 1000"],
        { cwd: projectDir, stdio: "ignore", env: process.env },
    );
    abandoned = child;
    const begun = await waitFor(
        "the build to run its hook",
        () => {
            const found = entries("layers").find((name) => name.startsWith("tiny-") && name.endsWith(".tmp"));
            const file = path.join(shelf("layers"), found ?? "", "fs", "etc", "begun");
            return found && fs.existsSync(file) ? found : undefined;
        },
        { deadlineMs: 120_000 },
    );
    child.kill("SIGKILL");

    const lock = path.join(shelf("locks"), `layers-${begun.replace(".tmp", "")}`);
    const free = async () => (await run(["flock", "--nonblock", lock, "true"])).status === 0 || undefined;
    await waitFor("the killed build's processes to end", free, { deadlineMs: 10_000 });
    expect(fs.readFileSync("/proc/mounts", "utf8")).not.toContain(begun);
    expect(entries("layers")).toContain(begun);

    await build("echo again >/etc/greeting");
    expect(entries("layers").filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("two builds of one image at the same time make it once", async () => {
    const [one, other] = await Promise.all([build("echo twice >/etc/greeting"), build("echo twice >/etc/greeting")]);
    expect(other).toEqual(one);
    expect(said.filter((line) => line.includes("layer tiny done"))).toHaveLength(1);
    expect(said.filter((line) => line.includes("image tiny done"))).toHaveLength(1);
});

test("an image whose files were removed is gone, and has another disk when it is built again", async () => {
    const hook = "echo removed >/etc/greeting";
    const { id, outs } = await build(hook);
    const provider = imageProvider(tinyDefinitions(dir, hook));
    expect((await provider.read(id, outs)).props).toEqual(outs);
    fs.rmSync(path.dirname(outs.disk), { recursive: true });
    expect(await provider.read(id, outs)).toEqual({ id: "" });
    expect((await build(hook)).outs.disk).not.toBe(outs.disk);
});

describe("an image that needs a kernel module", () => {
    const module = { modules: ["new", "old"], procPath: "/proc/module" };
    const hook = "echo module >/etc/greeting";

    /** A hypervisor that notes how it was called, and plays a guest that says this on its console. */
    function playGuest(text: string): void {
        const bin = path.join(dir, "bin");
        fs.mkdirSync(bin, { recursive: true });
        const script = `#!/bin/bash\nprintf '%s\\n' "$@" >${dir}/asked\nconsole=$(grep -o 'file:/.*' ${dir}/asked)\ncp ${dir}/said "\${console#file:}"\n`;
        fs.writeFileSync(path.join(bin, "qemu-system-x86_64"), script, { mode: 0o755 });
        fs.writeFileSync(path.join(dir, "said"), text.replaceAll("\n", "\r\n"));
        process.env.PATH = `${bin}:${environment.PATH}`;
    }

    afterEach(() => (process.env.PATH = environment.PATH));

    test.each([
        ["another kernel boots", "voip-test kernel 2\nvoip-test module old 9\n", "ran kernel 2, not 1"],
        [
            "it is not loaded",
            "voip-test kernel 1\nvoip-test failed: the kernel does not load old\n",
            "loads none of new, old",
        ],
        ["the guest says nothing", "Kernel panic\n", "ran kernel none, not 1"],
    ])("is refused where %s in its test boot", async (_, text, reason) => {
        playGuest(text);
        const before = entries("images");
        await expect(build(hook, module)).rejects.toThrow(reason);
        expect(entries("images")).toEqual(before);
    });

    test("records what its kernel loaded in a boot of its own disk", async () => {
        playGuest("voip-test kernel 1\nvoip-test module old 9.1\nvoip-test end\n");
        const { outs } = await build(hook, module);
        const image = path.dirname(outs.disk);
        const asked = fs.readFileSync(path.join(dir, "asked"), "utf8");
        expect(asked).toContain(`/${path.basename(outs.disk)},format=raw,if=virtio,snapshot=on\n`);
        expect(asked).toMatch(
            /^root=\/dev\/vda .* init=\/usr\/lib\/voip\/test-boot voip-modules=new,old voip-proof=\/proc\/module$/m,
        );
        const { sha256, ...kernel } = (await readKernel(image))!;
        expect(kernel).toEqual({ release: "1", modules: { old: "9.1" } });
        expect(createHash("sha256").update(fs.readFileSync(outs.kernel)).digest("hex")).toBe(sha256);
        expect(fs.readdirSync(image).sort()).toEqual([
            path.basename(outs.disk),
            "initrd",
            "manifest.json",
            "packages.tsv",
            "used",
            "vmlinux",
        ]);
    });
});

test("packages of kernels are held", async () => {
    const fake =
        "printf 'Package: linux-image-1\\nStatus: install ok installed\\nVersion: 1\\nArchitecture: amd64\\nMaintainer: x\\nDescription: x\\n\\n' >>/var/lib/dpkg/status";
    const { outs } = await build(fake);
    const status = await readDisk(outs.disk, "/var/lib/dpkg/status");
    expect(/^Package: linux-image-1\nStatus: (.*)$/m.exec(status)?.[1]).toBe("hold ok installed");
    expect(/^Package: zstd\nStatus: (.*)$/m.exec(status)?.[1]).toBe("install ok installed");
});
