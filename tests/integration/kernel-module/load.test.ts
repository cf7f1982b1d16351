import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { provider } from "../../../providers/kernel-module/provider";

jest.setTimeout(120_000);

/**
 * The script runs here instead of on a VM, with its own /etc/modules-load.d, and with commands that play the kernel: `ssh`
 * runs the command in a mount namespace, `modinfo`, `modprobe` and `dkms` do what files in `dir` tell them.
 */
const dir = fs.mkdtempSync(path.join(os.tmpdir(), "module-"));
const bin = path.join(dir, "bin");
const persistent = path.join(dir, "modules-load.d");
const inputs = {
    sshConfig: path.join(dir, "config"),
    host: "media-1",
    modules: ["nft_rtpengine", "loop_or_else"],
    procPath: "/proc/uptime",
    state: "loaded",
};
const path0 = process.env.PATH;

const commands: Record<string, string> = {
    ssh: `while [ "$1" != -- ]; do shift; done; shift
          [ -e ${dir}/unreachable ] && { echo "ssh: connect to host media-1: No route to host" >&2; exit 255; }
          mkdir -p /etc/modules-load.d && mount --bind ${persistent} /etc/modules-load.d && mount --bind ${dir}/sys /sys/module && exec sh -c "$*"`,
    sudo: `exec "$@"`,
    uname: "echo 7.2.12",
    dmesg: `echo "nft_rtpengine: Unknown symbol"`,
    depmod: "exit 0",
    modinfo: `case "$1" in
              --field) case "$2" in version) cat ${dir}/version 2>/dev/null;; srcversion) echo 53C0FFEE;; esac; exit 0;;
              *) exec test -e "${dir}/available/$1";; esac`,
    modprobe: `[ -e ${dir}/refuse ] && { echo "modprobe: ERROR: could not insert '$1'" >&2; exit 1; }
               mkdir -p "${dir}/sys/$1"`,
    dkms: `echo "Building module: $*"; [ -e ${dir}/dkms-fails ] && exit 10; touch ${dir}/available/nft_rtpengine`,
};

const given = (file: string, content = "") => fs.writeFileSync(path.join(dir, file), content);
const persisted = () => fs.readdirSync(persistent);

beforeAll(() => {
    fs.mkdirSync(bin);
    for (const [name, body] of Object.entries(commands)) {
        const isolated = name === "ssh" ? `[ "$ISOLATED" ] || ISOLATED=1 exec unshare --mount "$0" "$@"\n` : "";
        fs.writeFileSync(path.join(bin, name), `#!/bin/sh\n${isolated}${body}\n`, { mode: 0o755 });
    }
    process.env.PATH = `${bin}:${path0}`;
});

beforeEach(() => {
    for (const entry of fs.readdirSync(dir)) if (entry !== "bin") fs.rmSync(path.join(dir, entry), { recursive: true });
    for (const entry of ["modules-load.d", "sys", "available"]) fs.mkdirSync(path.join(dir, entry));
});

afterAll(() => {
    process.env.PATH = path0;
    fs.rmSync(dir, { recursive: true });
});

describe("KernelModule", () => {
    it("loads the first existing module, now and at each boot", async () => {
        given("available/nft_rtpengine");
        given("available/loop_or_else");
        given("version", "26.0.1.26\n");
        const { id, outs } = await provider.create(inputs);
        expect(id).toBe("media-1/nft_rtpengine");
        expect(outs).toEqual({ ...inputs, module: "nft_rtpengine", version: "26.0.1.26", kernel: "7.2.12" });
        expect(persisted()).toEqual(["voip-nft_rtpengine.conf"]);
        expect(fs.readFileSync(path.join(persistent, "voip-nft_rtpengine.conf"), "utf8")).toBe("nft_rtpengine\n");
    });

    it("uses the next name, and reports the source version if there is no other", async () => {
        given("available/loop_or_else");
        expect((await provider.create(inputs)).outs).toMatchObject({ module: "loop_or_else", version: "53C0FFEE" });
    });

    it("builds it with DKMS if it is missing", async () => {
        expect((await provider.create(inputs)).outs).toMatchObject({ module: "nft_rtpengine" });
    });

    it.each([
        ["DKMS fails", "dkms-fails", "media-1: building nft_rtpengine loop_or_else for kernel 7.2.12"],
        ["the kernel refuses it", "refuse", "kernel 7.2.12 does not load module nft_rtpengine"],
    ])("fails with the kernel's log when %s", async (_, file, message) => {
        given(file);
        const error = await provider.create(inputs).catch((reason: Error) => reason);
        expect((error as Error).message).toContain(message);
        expect((error as Error).message).toContain("nft_rtpengine: Unknown symbol");
        expect(persisted()).toEqual([]);
    });

    it("fails when the module is loaded but shows no sign of life", async () => {
        const dead = { ...inputs, procPath: "/proc/rtpengine" };
        await expect(provider.create(dead)).rejects.toThrow("there is no /proc/rtpengine");
    });

    it.each([
        ["unloaded", () => fs.rmSync(path.join(dir, "sys"), { recursive: true }), "not loaded"],
        ["forgotten for the next boot", () => fs.rmSync(persistent, { recursive: true }), "not persistent"],
        ["on a VM that can't be reached", () => given("unreachable"), "host not reached"],
    ])("was %s: the refresh finds it, the update repairs it", async (_, change, state) => {
        const { id, outs } = await provider.create(inputs);
        change();
        for (const entry of ["modules-load.d", "sys"]) fs.mkdirSync(path.join(dir, entry), { recursive: true });
        const { props } = await provider.read(id, outs);
        expect(props).toMatchObject({ state });
        expect(await provider.diff(id, props ?? outs, inputs)).toMatchObject({ changes: true, replaces: [] });
        fs.rmSync(path.join(dir, "unreachable"), { force: true });
        const updated = (await provider.update(id, props ?? outs, inputs)).outs;
        expect((await provider.read(id, updated)).props).toEqual(outs);
    });

    it("is unchanged when nothing happened", async () => {
        const { id, outs } = await provider.create(inputs);
        const { props } = await provider.read(id, outs);
        expect(props).toEqual(outs);
        expect(await provider.diff(id, props ?? outs, inputs)).toMatchObject({ changes: false });
    });

    it("is loaded again on a replaced VM", async () => {
        const { id, outs } = await provider.create({ ...inputs, vmId: "old" });
        const diff = await provider.diff(id, outs, { ...inputs, vmId: "new" });
        expect(diff).toMatchObject({ replaces: ["vmId"], deleteBeforeReplace: true });
    });

    it("is no longer loaded at boot after it was deleted, with or without the VM", async () => {
        const { id, outs } = await provider.create(inputs);
        await provider.delete(id, outs);
        expect(persisted()).toEqual([]);
        given("unreachable");
        await provider.delete(id, outs);
    });
});
