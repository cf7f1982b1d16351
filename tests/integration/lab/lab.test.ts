import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { findInit } from "../../../lab/init";
import { engineArgv, enterLab, enterPhones, ensureLab, labState, removeLab } from "../../../lab/lab";
import { isInMemory } from "../../../lab/memory";
import { netnsHandle } from "../../../lab/netns";
import { namespaceInode, processes, type Process } from "../../../lab/procfs";
import { secretsDirOf, stackPaths } from "../../../paths";
import { run } from "../../../process/run";
import { waitFor } from "../../../process/wait";

jest.setTimeout(120_000);

const [stack, other] = ["labtest", "labtest2"];
const backend = "file:///nowhere";
const whole = { netns: true, phonesNetns: true, outerNetns: true, init: true, libvirtd: true };
const absent = { netns: false, phonesNetns: false, outerNetns: false, init: false, libvirtd: false };

/** Processes in the lab's PID namespace or in one of its network namespaces. */
function processesOf(name: string): Process[] {
    const { netns, phonesNetns } = stackPaths(name);
    const inodes = [netns, phonesNetns].map((handle) => namespaceInode(netnsHandle(handle)));
    return processes().filter((entry) => entry.netns !== undefined && inodes.includes(entry.netns));
}

const pidOf = (name: string, command: string) => processesOf(name).find((entry) => entry.name === command)?.pid;

async function kill(pid: number | undefined): Promise<void> {
    if (pid === undefined) throw new Error("no such process in the lab");
    process.kill(pid, "SIGKILL");
    await waitFor(`the end of ${pid}`, () => (processes().some((entry) => entry.pid === pid) ? undefined : true), {
        deadlineMs: 5_000,
    });
}

beforeEach(async () => {
    await removeLab(stack);
    await ensureLab(stack, backend);
});

afterAll(async () => {
    await removeLab(stack);
    await removeLab(other);
});

describe("ensureLab", () => {
    it("reports what it started, and starts nothing twice", async () => {
        await removeLab(stack);
        expect((await ensureLab(stack, backend)).started).toEqual(Object.keys(whole));
        const init = findInit(stack);
        expect(await ensureLab(stack, backend)).toEqual({ started: [], repaired: [] });
        expect(findInit(stack)).toBe(init);
        expect(await labState(stack)).toEqual(whole);
    });

    it("gives two simultaneous callers one lab", async () => {
        await removeLab(stack);
        const results = await Promise.all([ensureLab(stack, backend), ensureLab(stack, backend)]);
        expect(results.map(({ started }) => started.length).sort()).toEqual([0, 5]);
        expect(processesOf(stack).filter(({ name }) => name === "tini")).toHaveLength(1);
    });

    it("keeps the secrets of the core services in memory, in the lab and on the host", () => {
        const secrets = secretsDirOf(stackPaths(stack).runDir);
        expect([secrets, `/proc/${findInit(stack)}/root${secrets}`].map(isInMemory)).toEqual([true, true]);
    });

    it("starts a lab anew whose secrets are on a disk", async () => {
        const secrets = secretsDirOf(stackPaths(stack).runDir);
        const disk = fs.mkdtempSync(path.join(stackPaths(stack).dataDir, "disk-"));
        await run(["mount", "--bind", disk, secrets]);
        try {
            expect((await labState(stack)).init).toBe(false);
            expect((await ensureLab(stack, backend)).repaired).toEqual(["init", "libvirtd"]);
            expect(isInMemory(secrets)).toBe(true);
            expect(await labState(stack)).toEqual(whole);
        } finally {
            await run(["umount", secrets]);
            await run(["umount", secrets]);
        }
    });

    it("outlives the command that started it", async () => {
        await removeLab(stack);
        const script = `import("./lab/lab.ts").then(({ default: lab }) => lab.ensureLab("${stack}", "${backend}"))`;
        await run(["setsid", "node", "--import", "tsx", "--eval", script], { cwd: `${__dirname}/../../..` });
        expect(await labState(stack)).toEqual(whole);
    });

    it("keeps the host's network out of the lab, and the lab's out of the host", async () => {
        const links = async (argv: string[]) =>
            (JSON.parse((await run(argv)).stdout) as { ifname: string }[]).map(({ ifname }) => ifname);
        const before = await links(["ip", "-j", "link"]);
        await run(enterLab(stack, ["ip", "link", "add", "br-labtest", "type", "bridge"]));
        expect(await links(enterLab(stack, ["ip", "-j", "link"]))).toEqual(["lo", "br-labtest"]);
        expect(await links(enterPhones(stack, ["ip", "-j", "link"]))).toEqual(["lo"]);
        expect(await links(["ip", "-j", "link"])).toEqual(before);
    });

    it.each(["libvirtd", "tini"])("repairs the lab after %s was killed", async (command) => {
        await kill(pidOf(stack, command));
        expect((await labState(stack)).libvirtd).toBe(false);
        expect((await ensureLab(stack, backend)).repaired).toContain("libvirtd");
        expect(await labState(stack)).toEqual(whole);
    });

    it("names the running lab's namespace again after its name was removed", async () => {
        const init = findInit(stack);
        await run(["ip", "netns", "del", stackPaths(stack).netns]);
        expect(await ensureLab(stack, backend)).toEqual({ started: [], repaired: ["netns"] });
        expect(findInit(stack)).toBe(init);
        expect(namespaceInode(netnsHandle(stackPaths(stack).netns))).toBe(namespaceInode(`/proc/${init}/ns/net`));
    });

    it("makes the phones' namespace and the handle on the outer network again", async () => {
        await run(["ip", "netns", "del", stackPaths(stack).phonesNetns]);
        await run(["umount", stackPaths(stack).outerNetns]);
        expect((await ensureLab(stack, backend)).repaired).toEqual(["phonesNetns", "outerNetns"]);
        expect(namespaceInode(stackPaths(stack).outerNetns)).toBe(namespaceInode("/proc/self/ns/net"));
    });

    it("restarts what lost its directories", async () => {
        const directory = `${stackPaths(stack).runDir}/libvirt`;
        fs.renameSync(directory, `${directory}.lost`);
        expect((await labState(stack)).init).toBe(false);
        expect((await ensureLab(stack, backend)).repaired).toEqual(["init", "libvirtd"]);
        expect(await labState(stack)).toEqual(whole);
    });
});

describe("a lab", () => {
    const before = process.env.XDG_STATE_HOME;
    afterEach(() => {
        if (before === undefined) delete process.env.XDG_STATE_HOME;
        else process.env.XDG_STATE_HOME = before;
    });

    it("is left alone by a stack of its name in another directory, which gets one when this one is gone", async () => {
        const init = findInit(stack);
        const own = stackPaths(stack).dataDir;
        process.env.XDG_STATE_HOME = fs.mkdtempSync(path.join(os.tmpdir(), "lab-"));
        try {
            await expect(ensureLab(stack, backend)).rejects.toThrow(`belongs to the stack with state in `);
            expect(fs.readdirSync(process.env.XDG_STATE_HOME)).toEqual([]);
            expect(findInit(stack)).toBe(init);
            await removeLab(stack);
            expect((await ensureLab(stack, backend)).started).toEqual(Object.keys(whole));
            expect(stackPaths(stack).dataDir).not.toBe(own);
        } finally {
            await removeLab(stack);
            fs.rmSync(process.env.XDG_STATE_HOME, { recursive: true });
        }
    });
});

describe("engineArgv", () => {
    it("takes everything along when the engine is killed", async () => {
        const [command, ...args] = engineArgv(stack, ["sh", "-c", "sleep 1000 & sleep 1000"]);
        const engine = run([command, ...args]).catch((error: Error) => error);
        const shell = await waitFor("the engine and its child", parentOfTwo, { deadlineMs: 10_000 });
        await kill(shell);
        expect(await engine).toBeInstanceOf(Error);
        expect(sleepersOf(shell)).toBe(0);
    });

    const sleepersOf = (parent: number) =>
        processesOf(stack).filter((entry) => entry.name === "sleep" && entry.parent === parent).length;
    /** The lab has shells of its own. */
    const parentOfTwo = () => processesOf(stack).find(({ pid }) => sleepersOf(pid) === 2)?.pid;
});

describe("removeLab", () => {
    const trace = async (name: string) => {
        const { dataDir, netns, outerNetns, phonesNetns, runDir } = stackPaths(name);
        const files = [dataDir, runDir, outerNetns, netnsHandle(netns), netnsHandle(phonesNetns)];
        const mounts = fs.readFileSync("/proc/self/mountinfo", "utf8").split("\n");
        return {
            files: files.filter((file) => fs.existsSync(file)),
            mounts: mounts.filter((line) => [runDir, dataDir, `/${netns}`].some((part) => line.includes(`${part} `))),
            processes: processes().filter(({ pid }) => commandLine(pid).includes(name)),
        };
    };
    const commandLine = (pid: number) => {
        try {
            return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
        } catch {
            return ""; // it has ended meanwhile
        }
    };
    const nothing = { files: [], mounts: [], processes: [] };

    it("leaves no process, namespace, mount or file", async () => {
        const members = processesOf(stack).map(({ pid }) => pid);
        expect(members.length).toBeGreaterThanOrEqual(3);
        await removeLab(stack);
        expect(await trace(stack)).toEqual(nothing);
        expect(processes().filter(({ pid }) => members.includes(pid))).toEqual([]);
        expect(await labState(stack)).toEqual(absent);
    });

    it("removes what is left of a lab", async () => {
        await kill(pidOf(stack, "libvirtd"));
        await run(["ip", "netns", "del", stackPaths(stack).phonesNetns]);
        fs.rmSync(stackPaths(stack).dataDir, { recursive: true });
        await removeLab(stack);
        expect(await trace(stack)).toEqual(nothing);
        await removeLab(stack);
    });

    it("leaves another stack's lab alone", async () => {
        await ensureLab(other, backend);
        const init = findInit(other);
        await removeLab(stack);
        expect(findInit(other)).toBe(init);
        expect(await labState(other)).toEqual(whole);
    });
});
