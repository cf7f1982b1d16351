import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as v8 from "node:v8";
import { projectDir } from "../../../paths";
import { loader } from "../../../process/node";

const cache = path.join(projectDir, "node_modules", ".cache", "code");

describe("the cache of compiled code", () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "code-cache-"));
    afterAll(() => {
        for (const file of keptFor("")) fs.rmSync(file);
        fs.rmSync(dir, { recursive: true, force: true });
    });

    /** Files of the cache that know a script, which is named by its place below `dir`. */
    const keptFor = (script: string): string[] =>
        fs
            .readdirSync(cache)
            .filter((name) => !name.includes("."))
            .map((name) => path.join(cache, name))
            .filter((file) => {
                const kept = v8.deserialize(fs.readFileSync(file)) as Map<string, unknown>;
                return [...kept.keys()].some((name) => name.startsWith(path.join(dir, script)));
            });

    /** Runs a script with the cache; each file of the cache that knows it, with the time when it was last written. */
    function run(script: string, source: string, ...options: string[]): Record<string, number> {
        const file = path.join(dir, script);
        fs.writeFileSync(file, source);
        execFileSync(process.execPath, [...options, "--require", loader, file], { cwd: projectDir });
        return Object.fromEntries(keptFor(script).map((name) => [name, fs.statSync(name).mtimeMs]));
    }

    it("is not written again where nothing is new", () => {
        const source = 'require(process.cwd() + "/node_modules/semver");';
        expect(run("same.js", source)).toEqual(run("same.js", source));
    });

    it("keeps entries of different options of Node apart", () => {
        const source = 'require(process.cwd() + "/node_modules/semver");';
        const plain = run("options.js", source);
        const both = run("options.js", source, "--max-semi-space-size=1");
        expect(Object.keys(both)).toHaveLength(2);
        expect(run("options.js", source)).toEqual(both);
        expect(both).toMatchObject(plain);
    });

    it("does not keep what is in no file", () => {
        const source = `
            const Module = require("node:module");
            for (const number of [1, 2]) new Module("")._compile("exports.number = " + number, "");`;
        expect(run("none.js", source)).toEqual(run("none.js", source));
    });
});
