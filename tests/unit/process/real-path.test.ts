import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { projectDir } from "../../../paths";

let dir: string;
beforeEach(() => (dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "real-path-")))));
afterEach(() => fs.rmSync(dir, { recursive: true }));

test("a module behind a link has one name, whatever the process has looked at before", () => {
    fs.mkdirSync(path.join(dir, "real"));
    fs.symlinkSync("real", path.join(dir, "link"));
    for (const name of ["one.js", "two.js"]) fs.writeFileSync(path.join(dir, "real", name), "");
    execFileSync("mkfifo", [path.join(dir, "fifo")]);
    const script = `
        require.resolve("./link/one.js");
        require("node:fs").statSync("fifo");
        console.log(require.resolve("./link/two.js"));`;
    const preload = path.join(projectDir, "process", "real-path.js");
    const said = execFileSync("node", ["--require", preload, "--eval", script], { cwd: dir, encoding: "utf8" });
    expect(said.trim()).toBe(path.join(dir, "real", "two.js"));
});
