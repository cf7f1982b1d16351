import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as cgroup from "../../../lab/cgroup";
import * as host from "../../../lab/host";
import * as init from "../../../lab/init";
import * as inside from "../../../lab/inside";
import { endLab, engineArgv, ensureLab, enterLab, enterPhones, labState, removeLab } from "../../../lab/lab";
import * as libvirtd from "../../../lab/libvirtd";
import * as memory from "../../../lab/memory";
import * as netns from "../../../lab/netns";
import * as owner from "../../../lab/owner";
import * as procfs from "../../../lab/procfs";
import * as paths from "../../../paths";
import { processOf } from "./machine";

jest.mock("../../../lab/cgroup");
jest.mock("../../../lab/host");
jest.mock("../../../lab/init");
jest.mock("../../../lab/inside");
jest.mock("../../../lab/libvirtd");
jest.mock("../../../lab/memory");
jest.mock("../../../lab/owner");
jest.mock("../../../lab/procfs");
jest.mock("../../../lab/netns", () => ({
    ...jest.requireActual<typeof netns>("../../../lab/netns"),
    ensureNetns: jest.fn(),
    ensureOwnNetnsHandle: jest.fn(),
    removeHandle: jest.fn(),
    removeNetns: jest.fn(),
}));
jest.mock("../../../paths", () => {
    const actual = jest.requireActual<typeof paths>("../../../paths");
    const below = (at: string) => `${mockRoot.dir}${at}`;
    return {
        ...actual,
        stackPaths: (stack: string) => {
            const found = actual.stackPaths(stack);
            return { ...found, runDir: below(found.runDir), dataDir: below("/state/stacks/unit") };
        },
    };
});
const mockRoot = { dir: "" };

const all = { netns: true, phonesNetns: true, outerNetns: true, init: true, libvirtd: true };
/** What is there of the lab. */
let there: Partial<typeof all>;
/** What was done, in order. */
let done: string[];

beforeEach(() => {
    mockRoot.dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-lab-"));
    [there, done] = [{}, []];
    const { netns: name, phonesNetns, outerNetns } = paths.stackPaths("unit");
    const handles: Record<string, keyof typeof all> = {
        [`/run/netns/${name}`]: "netns",
        [`/run/netns/${phonesNetns}`]: "phonesNetns",
        [outerNetns]: "outerNetns",
    };
    const note =
        <T>(what: string, value: T) =>
        async (...given: unknown[]): Promise<T> => {
            done.push([what, ...given.slice(what.startsWith("start") ? 1 : 0)].join(" ").trim());
            return value;
        };
    jest.mocked(host.hostProblems).mockResolvedValue([]);
    jest.mocked(procfs.namespaceInode).mockImplementation((handle) => (there[handles[handle]] ? 5 : undefined));
    jest.mocked(procfs.processes).mockReturnValue([]);
    jest.mocked(procfs.ownLineage).mockReturnValue(new Set());
    jest.mocked(init.findInit).mockImplementation(() => (there.init === undefined ? undefined : 77));
    jest.mocked(init.viewsIntact).mockImplementation(() => there.init === true);
    jest.mocked(init.startInit).mockImplementation(note("startInit", 78));
    jest.mocked(init.killInit).mockImplementation(note("killInit", undefined));
    jest.mocked(memory.isInMemory).mockReturnValue(true);
    jest.mocked(memory.keepInMemory).mockImplementation(note("memory", undefined));
    jest.mocked(memory.forget).mockImplementation(note("forget", undefined));
    jest.mocked(inside.insideAnyNetwork).mockReturnValue(false);
    jest.mocked(libvirtd.libvirtdAnswers).mockImplementation(async () => there.libvirtd === true);
    jest.mocked(libvirtd.startLibvirtd).mockImplementation(note("startLibvirtd", undefined));
    jest.mocked(libvirtd.writeLibvirtFiles).mockImplementation(() => void done.push("files"));
    jest.mocked(owner.recordOwner).mockImplementation((...given) => void done.push(["owner", ...given].join(" ")));
    jest.mocked(netns.ensureNetns).mockImplementation(async (one, member) => {
        done.push(["netns", one, member].join(" ").trim());
        return !there[one === name ? "netns" : "phonesNetns"];
    });
    jest.mocked(netns.ensureOwnNetnsHandle).mockImplementation(async () => !there.outerNetns);
    jest.mocked(cgroup.removeCgroup).mockImplementation(note("cgroup", undefined));
    jest.mocked(netns.removeHandle).mockImplementation(note("handle", undefined));
    jest.mocked(netns.removeNetns).mockImplementation(note("remove", undefined));
});
afterEach(() => {
    jest.restoreAllMocks();
    jest.resetAllMocks();
    fs.rmSync(mockRoot.dir, { recursive: true });
});

describe("a lab", () => {
    it("is started in full where there is none", async () => {
        expect(await ensureLab("unit", "file:///state")).toEqual({
            started: ["netns", "phonesNetns", "outerNetns", "init", "libvirtd"],
            repaired: [],
        });
        expect(done).toEqual([
            ...["owner unit file:///state", "netns voip-unit", "netns voip-unit-phones", "files"],
            ...[`memory ${paths.stackPaths("unit").runDir}/core`, "startInit", "startLibvirtd 78"],
        ]);
        expect(fs.statSync(paths.stackPaths("unit").runDir).mode & 0o777).toBe(0o700);
        expect(owner.otherOwner).not.toHaveBeenCalled();
    });

    it("that works is left alone, and its host is not looked at", async () => {
        there = { ...all };
        expect(await ensureLab("unit", "file:///state")).toEqual({ started: [], repaired: [] });
        expect(done.filter((line) => /^(kill|start|files)/.test(line))).toEqual([]);
        expect(done).toContain("netns voip-unit 77");
        expect(host.hostProblems).not.toHaveBeenCalled();
    });

    it("is killed and started where its view of the file system is not right, libvirtd with it", async () => {
        there = { ...all, init: false };
        expect((await ensureLab("unit", "x")).repaired).toEqual(["init", "libvirtd"]);
        expect(done.filter((line) => !line.startsWith("owner"))).toEqual([
            ...["killInit unit", "netns voip-unit", "netns voip-unit-phones", "files"],
            ...[`memory ${paths.stackPaths("unit").runDir}/core`, "startInit", "startLibvirtd 78"],
        ]);
    });

    it("is killed and started where its secrets are on a disk", async () => {
        there = { ...all };
        jest.mocked(memory.isInMemory).mockImplementation((dir) => dir !== `${paths.stackPaths("unit").runDir}/core`);
        expect((await labState("unit")).init).toBe(false);
        expect((await ensureLab("unit", "x")).repaired).toEqual(["init", "libvirtd"]);
    });

    it.each([
        ["libvirtd", ["libvirtd"]],
        ["netns", ["netns"]],
        ["phonesNetns", ["phonesNetns"]],
        ["outerNetns", ["outerNetns"]],
    ] as const)("has only its %s repaired where the rest works", async (part, repaired) => {
        there = { ...all, [part]: false };
        expect(await ensureLab("unit", "x")).toEqual({ started: [], repaired });
        if (part === "libvirtd") expect(done).toContain("startLibvirtd 77");
    });

    it("keeps the way out that it has, where this process is in the lab itself", async () => {
        there = { ...all, outerNetns: false };
        jest.mocked(inside.insideAnyNetwork).mockReturnValue(true);
        expect((await ensureLab("unit", "x")).repaired).toEqual([]);
        expect(netns.ensureOwnNetnsHandle).not.toHaveBeenCalled();
    });

    it("is not started on a host with problems, which are all said", async () => {
        jest.mocked(host.hostProblems).mockResolvedValue(["no tun", "no namespaces"]);
        await expect(ensureLab("unit", "x")).rejects.toThrow(/^no tun\nno namespaces$/);
        expect(done).toEqual([]);
    });

    it("of somebody else is left alone", async () => {
        there = { netns: true };
        jest.mocked(owner.otherOwner).mockImplementation(
            (stack, backend) => `${stack} is of another than ${backend()}`,
        );
        await expect(ensureLab("unit", "file:///mine")).rejects.toThrow("unit is of another than file:///mine");
        expect(done).toEqual([]);
    });

    it("is told part by part", async () => {
        expect(await labState("unit")).toEqual({
            ...{ netns: false, phonesNetns: false, outerNetns: false, init: false, libvirtd: false },
        });
        for (const part of ["netns", "phonesNetns", "outerNetns"] as const) {
            there = { [part]: true };
            expect(Object.entries(await labState("unit")).filter(([, isThere]) => isThere)).toEqual([[part, true]]);
        }
        there = { libvirtd: true };
        expect((await labState("unit")).libvirtd).toBe(false); // one that is not the lab's
        there = { ...all };
        expect(await labState("unit")).toEqual(all);
    });
});

test("a lab is ended as a whole, and keeps its files", async () => {
    const { dataDir } = paths.stackPaths("unit");
    fs.mkdirSync(dataDir, { recursive: true });
    await endLab("unit");
    expect(done).toEqual(["killInit unit"]);
    expect(fs.existsSync(dataDir)).toBe(true);
});

describe("a lab that is removed", () => {
    it("goes with what runs in it and its files; what others have stays", async () => {
        const { runDir, dataDir, outerNetns } = paths.stackPaths("unit");
        for (const dir of [runDir, dataDir]) fs.mkdirSync(path.join(dir, "files"), { recursive: true });
        fs.mkdirSync(path.join(path.dirname(dataDir), "another"));
        await removeLab("unit");
        expect(done).toEqual([
            ...[
                "killInit unit",
                "cgroup voip-unit",
                `handle ${outerNetns}`,
                "remove voip-unit-phones",
                "remove voip-unit",
                `forget ${runDir}/core`,
            ],
        ]);
        expect([fs.existsSync(path.dirname(runDir)), fs.readdirSync(path.dirname(dataDir))]).toEqual([
            false,
            ["another"],
        ]);
        await removeLab("unit");
    });

    it("has all processes of its networks killed, but the shell in which that was asked for", async () => {
        there = { netns: true };
        const killed: unknown[][] = [];
        const left = [
            processOf(10, { netns: 5 }),
            processOf(11, { netns: 5 }),
            processOf(12, { netns: 6 }),
            processOf(13),
        ];
        jest.mocked(procfs.processes).mockImplementation(() =>
            left.filter(({ pid }) => !killed.some(([one]) => one === pid)),
        );
        jest.mocked(procfs.ownLineage).mockReturnValue(new Set([11]));
        jest.spyOn(process, "kill").mockImplementation((...given) => (killed.push(given), true));
        await removeLab("unit");
        expect(killed).toEqual([[10, "SIGKILL"]]);
    });
});

describe("a command line", () => {
    it("is run in the lab's network, or the phones'", () => {
        expect(enterLab("unit", ["ip", "link"])).toEqual(["nsenter", "--net=/run/netns/voip-unit", "ip", "link"]);
        expect(enterPhones("unit", ["ip"])).toEqual(["nsenter", "--net=/run/netns/voip-unit-phones", "ip"]);
    });

    it("of the engine dies with all that it started", () => {
        expect(engineArgv("unit", ["node"]).join(" ")).toBe(
            "nsenter --net=/run/netns/voip-unit unshare --pid --fork --kill-child=KILL --mount-proc node",
        );
    });
});
