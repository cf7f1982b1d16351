import type * as child from "node:child_process";
import { EventEmitter } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { findInit, killInit, startInit, viewsIntact } from "../../../lab/init";
import * as procfs from "../../../lab/procfs";
import * as paths from "../../../paths";
import { processOf } from "./machine";

jest.mock("../../../lab/procfs");
jest.mock("../../../paths", () => {
    const actual = jest.requireActual<typeof paths>("../../../paths");
    return {
        ...actual,
        cacheDir: () => `${mockMachine.dir}/cache`,
        stackPaths: (stack: string) => ({
            ...actual.stackPaths(stack),
            ...{ runDir: `${mockMachine.dir}/run`, dataDir: `${mockMachine.dir}/data` },
        }),
    };
});
jest.mock("node:child_process", () => ({
    spawn: (...given: Parameters<typeof child.spawn>) => mockMachine.spawn(...given),
}));
// what the lab sees is below /proc/77/root: here, by default, the same as the host
jest.mock("node:fs", () => {
    const actual = jest.requireActual<typeof fs>("node:fs");
    return {
        ...actual,
        statSync: (at: string) => {
            const inside = /^\/proc\/77\/root(.*)/.exec(at)?.[1];
            return inside === undefined ? actual.statSync(at) : mockMachine.seen(inside);
        },
        readFileSync: (at: string, ...more: [BufferEncoding]) =>
            at === "/proc/77/comm" ? `${mockMachine.comm}\n` : actual.readFileSync(at, ...more),
    };
});
const mockMachine = {
    dir: "",
    comm: "tini",
    seen: (inside: string): unknown => inside,
    spawn: (...given: Parameters<typeof child.spawn>): unknown => given,
};

/** The lab's processes, by PID. */
let lab: procfs.Process[];
const tini = processOf(77, { nestedPids: [77, 1] });

beforeEach(() => {
    mockMachine.dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-init-"));
    mockMachine.comm = "tini";
    lab = [];
    jest.mocked(procfs.processes).mockImplementation(() => lab);
    jest.mocked(procfs.initialEnvironment).mockImplementation((pid, variable) =>
        variable === "VOIP_STACK_LAB" ? (pid === 66 ? "other" : "unit") : undefined,
    );
});
afterEach(() => {
    jest.restoreAllMocks();
    fs.rmSync(mockMachine.dir, { recursive: true });
});

describe("the first process of a lab", () => {
    it("is the first one of its namespace, with the stack's name in its environment", () => {
        expect(findInit("unit")).toBeUndefined();
        lab = [processOf(66, { nestedPids: [66, 1] }), processOf(70, { nestedPids: [70, 5] }), processOf(71), tini];
        expect(findInit("unit")).toBe(77);
        expect(findInit("other")).toBe(66);
    });

    it("is killed, and waited for", async () => {
        lab = [tini];
        const kill = jest.spyOn(process, "kill").mockImplementation(() => ((lab = []), true));
        await killInit("unit");
        await killInit("unit");
        expect(kill.mock.calls).toEqual([[77, "SIGKILL"]]);
    });
});

describe("a lab's view of the file system", () => {
    /** What is to be seen in the lab, by the directory of the host that it must be. */
    const views = (): Record<string, string> => ({
        ...Object.fromEntries(["run", "run/core", "data"].map((name) => [`${mockMachine.dir}/${name}`, name])),
        ...{ "/etc/libvirt": "data/libvirt/etc", "/var/lib/libvirt": "data/libvirt/lib" },
        ...{ "/var/cache/libvirt": "data/libvirt/cache", "/var/log/libvirt": "data/libvirt/log" },
        ...{ "/run/libvirt": "run/libvirt" },
    });
    const whole = (inside: string): { dev: number; ino: number } =>
        fs.statSync(path.join(mockMachine.dir, views()[inside]));

    beforeEach(() => {
        for (const dir of Object.values(views())) fs.mkdirSync(path.join(mockMachine.dir, dir), { recursive: true });
        mockMachine.seen = whole;
    });

    it("is right where all directories are the host's own", () => expect(viewsIntact("unit", 77)).toBe(true));

    it.each(["inode", "device", "missing"])("is not right where one is another (%s)", (how) => {
        for (const wrong of Object.keys(views())) {
            mockMachine.seen = (inside) => {
                const { dev, ino } = whole(inside);
                if (inside !== wrong) return { dev, ino };
                if (how === "missing") throw new Error("ENOENT");
                return how === "inode" ? { dev, ino: ino + 1 } : { dev: dev + 1, ino };
            };
            expect([wrong, viewsIntact("unit", 77)]).toEqual([wrong, false]);
        }
    });
});

describe("a lab is started", () => {
    let spawned: { argv: string[]; options: child.SpawnOptions };
    let started: EventEmitter & { unref?: () => void };

    const starts = (happens: (log: number) => void): void => {
        mockMachine.spawn = (program, argv, options) => {
            spawned = { argv: [program, ...(argv as string[])], options: options };
            started = Object.assign(new EventEmitter(), { unref: () => undefined });
            const [, log] = spawned.options.stdio as number[];
            happens(log);
            return started;
        };
    };

    it("in its network and in namespaces of its own, by a script that becomes tini", async () => {
        starts(() => (lab = [tini]));
        expect(await startInit("unit")).toBe(77);
        const at = (name: string) => path.join(mockMachine.dir, name);
        expect(spawned.argv.join(" ")).toBe(
            "nsenter --net=/run/netns/voip-unit unshare --mount --propagation=slave --pid --fork " +
                `sh ${path.join(paths.projectDir, "lab", "init.sh")} ${at("run")} ${at("data")} ${at("cache")}`,
        );
        expect(spawned.options).toMatchObject({ cwd: "/", detached: true });
        expect(spawned.options.env).toEqual({ PATH: process.env.PATH, VOIP_STACK_LAB: "unit" });
        for (const name of ["cache", "run/libvirt", "data/libvirt/etc"]) {
            expect([name, fs.statSync(at(name)).mode & 0o777]).toEqual([name, 0o700]);
        }
    });

    it("only when tini runs", async () => {
        mockMachine.comm = "sh";
        starts(() => {
            lab = [tini];
            setImmediate(() => (mockMachine.comm = "tini"));
        });
        expect(await startInit("unit")).toBe(77);
    });

    it.each(["exit", "error"])("or it is said what it said before its %s", async (event) => {
        starts((log) => {
            fs.writeSync(log, "mount: permission denied\n");
            process.nextTick(() => started.emit(event));
        });
        await expect(startInit("unit")).rejects.toThrow("lab unit did not start:\nmount: permission denied");
    });
});
