import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { leanNode, loader, nodeArgv } from "../../../process/node";
import { isProgram, onPath } from "../../../process/on-path";
import { projectDir } from "../../../paths";

let dir: string;
beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-on-path-"));
    for (const [name, mode] of [
        ["a/tool", 0o644],
        ["b/tool", 0o755],
        ["c/tool", 0o755],
    ] as const) {
        fs.mkdirSync(path.dirname(path.join(dir, name)));
        fs.writeFileSync(path.join(dir, name), "", { mode });
    }
    fs.mkdirSync(path.join(dir, "a", "folder"));
});
afterEach(() => fs.rmSync(dir, { recursive: true }));
const at = (name: string): string => path.join(dir, name);

describe("a program", () => {
    it("is a file that may be run", () => {
        expect(["b/tool", "a/tool", "a/folder", "a/none"].map((name) => isProgram(at(name)))).toEqual([
            true,
            false,
            false,
            false,
        ]);
    });

    it("is found where a shell finds it first", () => {
        const env = { PATH: ["a", "b", "c"].map(at).join(path.delimiter) };
        expect(onPath("tool", env)).toBe(at("b/tool"));
        expect([onPath("folder", env), onPath("none", env), onPath("tool", {})]).toEqual([
            undefined,
            undefined,
            undefined,
        ]);
        expect(onPath("sh")).toMatch(/\/sh$/);
    });
});

describe("Node runs a file of the checkout", () => {
    it("by its whole path, with what loads TypeScript", () => {
        expect(nodeArgv("engine/main.ts")).toEqual([
            ...[process.execPath, "--require", loader, path.join(projectDir, "engine/main.ts")],
        ]);
        expect(fs.existsSync(loader)).toBe(true);
    });

    it("with little memory for what is short-lived, where that is wanted", () => {
        expect(nodeArgv("a.ts", leanNode).slice(0, 3)).toEqual([
            ...[process.execPath, "--max-semi-space-size=1", "--require"],
        ]);
    });
});
