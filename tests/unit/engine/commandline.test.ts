import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { leanNode, nodeArgv } from "../../../process/node";

const usage =
    "usage: engine/main.ts preview|up|refresh|destroy --stack NAME [--target URN]... [--parallel N] [--policy-pack DIR]\n";

let dir: string;
beforeAll(() => (dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-test-"))));
afterAll(() => fs.rmSync(dir, { recursive: true }));

/** The engine in a directory without a project. */
function engine(...args: string[]): { status: number | null; stderr: string; stdout: string } {
    const [program, ...rest] = [...nodeArgv("engine/main.ts", leanNode), ...args];
    return spawnSync(program, rest, { cwd: dir, encoding: "utf8" });
}

describe("the engine's command line", () => {
    it.each([
        [[], usage],
        [["up"], usage],
        [["--stack", "dev"], usage],
        [["up", "refresh", "--stack", "dev"], usage],
        [["import", "--stack", "dev"], usage],
        [["up", "--stack", "dev", "--colour"], `Unknown option '--colour'; ${usage}`],
        [["up", "--stack", "dev", "--parallel", "0"], "--parallel 0: expected a whole number, 1 or more\n"],
        [["up", "--stack", "dev", "--parallel", "1.5"], "--parallel 1.5: expected a whole number, 1 or more\n"],
    ])("%j is refused", (args, said) => {
        expect(engine(...args)).toMatchObject({ status: 1, stderr: said, stdout: "" });
    });

    it.each([["preview"], ["up"], ["refresh"], ["destroy"]])("%s is begun, in the project's directory", (kind) => {
        const { status, stderr } = engine(
            kind,
            "--stack",
            "dev",
            "--parallel",
            "1",
            "--target",
            "a",
            "--policy-pack",
            "p",
        );
        expect(stderr).toMatch(/Pulumi\.yaml not found: start the engine in the project's directory\n$/);
        expect(status).toBe(1);
    });
});
