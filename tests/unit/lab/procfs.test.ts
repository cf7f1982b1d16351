import * as fs from "node:fs";
import { initialEnvironment, namespaceInode, ownLineage, processes } from "../../../lab/procfs";
import { processOf } from "./machine";

const status = (lines: object): string =>
    Object.entries(lines)
        .map(([name, value]) => `${name}:\t${value}\n`)
        .join("");
const running = { Name: "tini", State: "S (sleeping)", PPid: 12, NSpid: "4711\t1" };

/** Files of /proc, and the namespaces there with device and inode. */
const mockFiles: Record<string, string> = {};
const mockNamespaces: Record<string, { dev: number; ino: number }> = {};
jest.mock("node:fs", () => {
    const of = <T>(table: Record<string, T>, at: string): T => {
        if (at in table) return table[at];
        throw Object.assign(new Error("ENOENT"), { code: "ENOENT" });
    };
    return {
        ...jest.requireActual<typeof fs>("node:fs"),
        readdirSync: () => ["1", "4711", "self", "99x", "4712", "4713"],
        readFileSync: (at: string) => of(mockFiles, at),
        statSync: (at: string) => of(mockNamespaces, at),
    };
});

beforeEach(() => {
    for (const table of [mockFiles, mockNamespaces]) for (const key of Object.keys(table)) delete table[key];
    mockNamespaces["/proc/self/ns/net"] = { dev: 4, ino: 1 };
});

describe("processes", () => {
    it("are those of /proc, without zombies and those that have just ended", () => {
        mockFiles["/proc/1/status"] = status({ Name: "systemd", State: "S (sleeping)", PPid: 0, NSpid: "1" });
        mockFiles["/proc/4711/status"] = status(running);
        mockFiles["/proc/4712/status"] = status({ ...running, State: "Z (zombie)" });
        mockNamespaces["/proc/4711/ns/net"] = { dev: 4, ino: 2 };
        expect(processes()).toEqual([
            { pid: 1, parent: 0, nestedPids: [1], name: "systemd", netns: undefined },
            { pid: 4711, parent: 12, nestedPids: [4711, 1], name: "tini", netns: 2 },
        ]);
    });

    it("have the environment that they were started with", () => {
        mockFiles["/proc/4711/environ"] = "XVOIP=no\0VOIP=a=b\0VOIP=second\0EMPTY=\0";
        expect(initialEnvironment(4711, "VOIP")).toBe("a=b");
        expect(initialEnvironment(4711, "EMPTY")).toBe("");
        expect(initialEnvironment(4711, "NONE")).toBeUndefined();
        expect(initialEnvironment(4712, "VOIP")).toBeUndefined();
    });

    it("that this one descends from are its own, and it is one of them", () => {
        const all = [
            processOf(process.pid, { parent: 30 }),
            ...[processOf(30, { parent: 20 }), processOf(20, { parent: 0 }), processOf(40, { parent: 20 })],
        ];
        expect(ownLineage(all)).toEqual(new Set([process.pid, 30, 20]));
        expect(ownLineage([])).toEqual(new Set([process.pid]));
    });
});

describe("a handle", () => {
    it("stands for a namespace only where the kernel keeps these", () => {
        mockNamespaces["/run/netns/a"] = { dev: 4, ino: 7 };
        mockNamespaces["/run/netns/plain-file"] = { dev: 5, ino: 7 };
        expect(["/run/netns/a", "/run/netns/plain-file", "/run/netns/none"].map(namespaceInode)).toEqual([
            ...[7, undefined, undefined],
        ]);
    });
});
