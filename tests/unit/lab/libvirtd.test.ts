import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { libvirtdAnswers, startLibvirtd, writeLibvirtFiles } from "../../../lab/libvirtd";
import * as procfs from "../../../lab/procfs";
import { stackPaths } from "../../../paths";
import type * as processes from "../../../process/run";
import { Commands } from "../commands";
import { processOf } from "./machine";

jest.mock("../../../lab/procfs");
jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
jest.mock("../../../process/wait", () => jest.requireActual<object>("../looks"));
jest.mock("node:fs", () => {
    const actual = jest.requireActual<typeof fs>("node:fs");
    return {
        ...actual,
        readlinkSync: (at: string) => mockMachine.namespaces[at],
        readFileSync: (at: string, ...more: [BufferEncoding]) =>
            mockMachine.etc[at] ?? actual.readFileSync(at, ...more),
    };
});
/** PID namespaces by path, and files of /etc. */
const mockMachine: { namespaces: Record<string, string>; etc: Record<string, string> } = { namespaces: {}, etc: {} };
const mockCommands = new Commands();

let home: string;
const before = process.env.XDG_STATE_HOME;
const at = (...names: string[]): string => path.join(stackPaths("unit").dataDir, "libvirt", ...names);
const read = (...names: string[]): string => fs.readFileSync(at(...names), "utf8");
const modeOf = (...names: string[]): string => (fs.statSync(at(...names)).mode & 0o777).toString(8);

beforeEach(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), "voip-libvirtd-"));
    process.env.XDG_STATE_HOME = home;
    mockCommands.reset();
    mockMachine.etc = {
        "/etc/passwd": "root:x:0:0::/root:/bin/sh\nold-libvirt-qemu:x:1:1::/:/bin/sh",
        "/etc/group": "kvm:x:105:\nroot:x:0:\n\n",
    };
});
afterEach(() => {
    jest.restoreAllMocks();
    if (before === undefined) delete process.env.XDG_STATE_HOME;
    else process.env.XDG_STATE_HOME = before;
    fs.rmSync(home, { recursive: true });
});

describe("files of the lab's libvirtd", () => {
    beforeEach(() => writeLibvirtFiles("unit"));

    it("are for root only, but for those that stand for files of everybody", () => {
        expect(["", "etc", "etc/hooks", "lib/dnsmasq"].map((name) => modeOf(name))).toEqual([
            "700",
            "700",
            "700",
            "700",
        ]);
        expect([modeOf("etc", "hooks", "qemu"), modeOf("etc", "hooks", "network")]).toEqual(["700", "700"]);
        expect([modeOf("passwd"), modeOf("group")]).toEqual(["644", "644"]);
    });

    it("have QEMU run as root, without groups and namespaces of libvirt's", () => {
        const settings = read("etc", "qemu.conf").trim().split("\n");
        expect(settings).toEqual([
            ...[
                'user = "+0"',
                'group = "+0"',
                "dynamic_ownership = 0",
                "remember_owner = 0",
                'security_driver = "none"',
            ],
            ...["cgroup_controllers = []", "namespaces = []", 'stdio_handler = "file"'],
        ]);
    });

    it("let nobody but root at its socket", () => {
        expect(read("etc", "libvirtd.conf")).toContain('unix_sock_ro_perms = "0700"\nunix_sock_rw_perms = "0700"\n');
        expect(read("etc", "libvirtd.conf")).toContain('auth_unix_ro = "none"\nauth_unix_rw = "none"\n');
        expect(read("etc", "libvirtd.conf")).toContain('"2:file:/var/log/libvirt/libvirtd.log"');
    });

    it("add the accounts that libvirt looks up and the host has not, each on a line of its own", () => {
        expect(read("passwd")).toBe(
            `${mockMachine.etc["/etc/passwd"]}\nlibvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin\n`,
        );
        expect(read("group")).toBe("kvm:x:105:\nroot:x:0:\nlibvirt-qemu:x:64055:\n");
        mockMachine.etc["/etc/group"] = "root:x:0:\nlibvirt-qemu:x:110:\n";
        writeLibvirtFiles("unit");
        expect(read("group")).toBe("root:x:0:\nlibvirt-qemu:x:110:\nkvm:x:64056:\n");
    });
});

/* The hook as it is, where its FIFO is another. */
describe("libvirt's hook", () => {
    const fifo = (): string => path.join(home, "ended");
    /** What it writes into the FIFO when libvirt reports this of VM sip-1. */
    function writes(...report: string[]): string {
        const hook = path.join(home, "hook");
        fs.writeFileSync(hook, read("etc", "hooks", "qemu").replaceAll("/run/vm-ended", fifo()), { mode: 0o700 });
        const reads = 'exec 3<>"$1" || exit; shift; "$@" </dev/null || exit; timeout 0.2 cat <&3 || true';
        const bare = '[ -e "$1" ] && exit 9; shift; "$@" </dev/null; exit $?';
        const script = fs.existsSync(fifo()) ? reads : bare;
        return execFileSync("sh", ["-c", script, "sh", fifo(), hook, "sip-1", ...report], { encoding: "utf8" });
    }
    beforeEach(() => writeLibvirtFiles("unit"));

    it("reports a VM that has ended, and nothing else", () => {
        execFileSync("mkfifo", [fifo()]);
        expect(writes("release", "end", "-")).toBe("sip-1\n");
        expect(writes("stopped", "end", "-")).toBe("");
    });

    it("makes no file where nobody reads", () => {
        writes("release", "end", "-");
        expect(fs.existsSync(fifo())).toBe(false);
    });
});

describe("libvirtd", () => {
    const { libvirtUri } = stackPaths("unit");
    const answers = `virsh --connect ${libvirtUri} uri`;
    const starts = "nsenter --target 77 --mount --pid --net libvirtd --daemon";
    let killed: unknown[][];

    beforeEach(() => {
        killed = [];
        mockMachine.namespaces = {
            "/proc/77/ns/pid": "pid:[2]",
            "/proc/80/ns/pid": "pid:[2]",
            "/proc/81/ns/pid": "pid:[1]",
        };
        mockMachine.namespaces["/proc/82/ns/pid"] = "pid:[2]";
        jest.mocked(procfs.processes).mockImplementation(() =>
            [
                ...[processOf(80, { name: "libvirtd" }), processOf(81, { name: "libvirtd" })],
                processOf(82, { name: "qemu-system-x86" }),
            ].filter(({ pid }) => !killed.some(([one]) => one === pid)),
        );
        jest.spyOn(process, "kill").mockImplementation((...given) => (killed.push(given), true));
    });

    it("answers, or it does not, in ten seconds", async () => {
        expect(await libvirtdAnswers("unit")).toBe(true);
        mockCommands.answer(/^virsh /, { status: 1 });
        expect(await libvirtdAnswers("unit")).toBe(false);
        expect(mockCommands.ran).toEqual([answers, answers]);
        expect(mockCommands.given[0]).toEqual({ timeoutMs: 10_000 });
    });

    it("takes the place of the one in the lab that does not answer, and of no other", async () => {
        await startLibvirtd("unit", 77);
        expect(killed).toEqual([[80, "SIGKILL"]]);
        expect(mockCommands.ran).toEqual([starts, answers]);
        expect(mockCommands.given[0]).toEqual({ cwd: "/", timeoutMs: 60_000 });
    });

    it("is waited for until it answers", async () => {
        mockCommands.answer(/^virsh /, () => ({ status: mockCommands.ran.length < 4 ? 1 : 0 }));
        await startLibvirtd("unit", 77);
        expect(mockCommands.ran).toEqual([starts, answers, answers, answers]);
    });

    it("that does not start is an error with the end of its log, if there is one", async () => {
        mockCommands.answer(/libvirtd --daemon$/, { status: 1, stderr: "no pid file" });
        await expect(startLibvirtd("unit", 77)).rejects.toThrow(
            /^libvirtd of lab unit does not start: nsenter --target 77 --mount --pid --net \.\.\.: exit status 1\nno pid file\n$/,
        );
        fs.mkdirSync(at("log"), { recursive: true });
        fs.writeFileSync(
            at("log", "libvirtd.log"),
            Array.from({ length: 12 }, (_, line) => `line ${line + 1}\n`).join(""),
        );
        const lines = Array.from({ length: 10 }, (_, line) => `line ${line + 3}`).join("\n");
        await expect(startLibvirtd("unit", 77)).rejects.toThrow(new RegExp(`no pid file\n${lines}$`));
    });

    it("that never answers is an error", async () => {
        mockCommands.answer(/^virsh /, { status: 1 });
        await expect(startLibvirtd("unit", 77)).rejects.toThrow(
            "libvirtd of lab unit does not start: waited 180000 ms for an answer of libvirtd",
        );
    });
});
