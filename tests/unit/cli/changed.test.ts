import { build } from "esbuild";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isChanged, sources } from "../../../cli/engine/changed";
import { readProject } from "../../../engine/project";
import { layoutOf } from "../../../engine/stack";
import { projectDir } from "../../../paths";

jest.setTimeout(60_000); // bundles the program, on a machine that may be busy

/** Modules of the checkout that others load by their path: dynamic providers, and programs that are run in other networks. */
function entries(): string[] {
    const all = fs.readdirSync(projectDir, { recursive: true, encoding: "utf8" });
    const isEntry = /(^providers\/.*|main)\.ts$/;
    return all.filter((file) => isEntry.test(file) && !/^(node_modules|tests|cli|bench)\//.test(file));
}

describe("the inputs of a stack", () => {
    it("has every module that the program and its policies load", async () => {
        const { metafile } = await build({
            entryPoints: ["index.ts", "policies/index.ts", ...entries()],
            absWorkingDir: projectDir,
            bundle: true,
            packages: "external",
            platform: "node",
            metafile: true,
            write: false,
            outdir: "unwritten",
            logLevel: "silent",
        });
        const covered = sources("dev").map((file) => path.relative(projectDir, file));
        const missed = Object.keys(metafile.inputs).filter((file) => !covered.includes(file.split("/")[0]));
        expect(Object.keys(metafile.inputs).length).toBeGreaterThan(100);
        expect(missed).toEqual([]);
    });

    describe("is changed", () => {
        let dir: string;
        beforeEach(() => {
            dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-test-"));
            fs.writeFileSync(
                path.join(dir, "Pulumi.yaml"),
                "name: phones\nruntime: nodejs\nbackend:\n    url: file://.\n",
            );
            const { history } = layoutOf(readProject(dir, "dev"));
            fs.mkdirSync(history, { recursive: true });
            fs.utimesSync(path.join(dir, "Pulumi.yaml"), 0, 0);
        });
        afterEach(() => fs.rmSync(dir, { recursive: true }));

        /** Writes a file as if an hour from now, in directories from long ago. */
        function write(file: string): void {
            const at = path.join(dir, file);
            fs.mkdirSync(path.dirname(at), { recursive: true });
            fs.appendFileSync(at, "");
            const later = new Date(Date.now() + 3_600_000);
            fs.utimesSync(at, later, later);
            for (let up = path.dirname(at); up !== dir; up = path.dirname(up)) fs.utimesSync(up, 0, 0);
        }

        it.each([
            ...["index.ts", "Pulumi.yaml", "Pulumi.dev.yaml", "paths.ts", "package-lock.json"],
            ...[
                "vault/a.ts",
                "databases/a.ts",
                "migrations/a/b.sql",
                "images/a/b.sh",
                "subscribers/a.ts",
                "process/a.js",
            ],
            "a-new-one/deep/in/it.ts",
        ])("by a newer %s", (file) => {
            expect(isChanged("dev", dir)).toBe(false);
            write(file);
            expect(isChanged("dev", dir)).toBe(true);
        });

        it.each([
            "Pulumi.prod.yaml",
            "tests/a.ts",
            "docs/a.md",
            "cli/a.ts",
            "bench/a.ts",
            ".git/index",
            "node_modules/a",
        ])("not by a newer %s", (file) => {
            write(file);
            expect(isChanged("dev", dir)).toBe(false);
        });
    });
});
