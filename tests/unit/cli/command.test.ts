import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { projectDir } from "../../../paths";
import { CommandError, run, type RunResult } from "../../../process/run";

const voip = path.join(projectDir, "voip");

async function outcome(
    argv: string[],
    options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<RunResult> {
    return run(argv, { timeoutMs: 30_000, ...options }).catch((error: unknown) => {
        if (error instanceof CommandError) return error.result;
        throw error;
    });
}

jest.setTimeout(60_000); // starts processes, on a machine that may be busy

describe("./voip", () => {
    let dir: string;
    let env: Record<string, string>;
    beforeEach(() => {
        dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-test-"));
        env = { XDG_STATE_HOME: dir, XDG_CONFIG_HOME: dir, PULUMI_BACKEND_URL: `file://${dir}` };
    });
    afterEach(() => fs.rmSync(dir, { recursive: true }));

    it("works through a symbolic link, from any directory", async () => {
        fs.symlinkSync(voip, path.join(dir, "link"));
        fs.symlinkSync("link", path.join(dir, "second"));
        const { status, stdout } = await outcome([path.join(dir, "second"), "--help"], { cwd: dir });
        expect(status).toBe(0);
        expect(stdout).toContain("A complete VoIP platform");
    });

    it.each([
        ["a command that is none", ["frobnicate", "--json"], /unknown command/],
        ["an option's value that is not allowed", ["call", "--seconds", "0", "--json"], /--seconds/],
        ["a stack that is none", ["up", "--stack", "nowhere", "--yes", "--json"], /Pulumi\.nowhere\.yaml/],
        ["no answer to a question", ["up", "--stack", "dev", "--json"], /--yes/],
        ["a stack that is not up", ["status", "--stack", "dev", "--json"], /not up/],
        ["a refresh of a stack that is not up", ["refresh", "--stack", "prod", "--json"], /not up/],
        ["a call through a stack that is not up", ["call", "--stack", "dev", "--json"], /not up/],
    ])("says %s in one JSON object and one sentence", async (_what, args, words) => {
        const { status, stdout, stderr } = await outcome([voip, ...args], { env });
        expect(status).not.toBe(0);
        expect(JSON.parse(stdout).error).toMatch(words);
        expect(stderr).toMatch(words);
        expect(stderr).not.toMatch(/^\s+at /m);
        expect(fs.readdirSync(dir)).toEqual([]); // nothing was touched
    });

    it.each([
        ["which loads the commands at once", voip],
        ["which would install packages first", path.join("fresh", "voip")],
    ])("refuses an old Node, in JSON too, %s", async (_what, command) => {
        const pretended = path.join(dir, "old.js");
        fs.writeFileSync(
            pretended,
            `const old = { node: "18.19.0" };
             Object.defineProperties(process, { version: { value: "v18.19.0" }, versions: { value: old } });`,
        );
        const script = `#!/bin/sh\nexec '${process.execPath}' --require '${pretended}' "$@"\n`;
        fs.writeFileSync(path.join(dir, "node"), script, { mode: 0o755 });
        fs.mkdirSync(path.join(dir, "fresh", "process"), { recursive: true });
        for (const file of ["voip", "process/node-version.js"]) {
            fs.copyFileSync(path.join(projectDir, file), path.join(dir, "fresh", file));
        }
        const { status, stdout } = await outcome([path.resolve(dir, command), "up", "--json"], {
            env: { PATH: `${dir}:${process.env.PATH}` },
        });
        expect(status).toBe(1);
        expect(JSON.parse(stdout).error).toMatch(/^Node 20 or newer is needed, found v18.19.0/);
    });

    it("says that there is no Node, in JSON too", async () => {
        for (const program of ["sh", "dirname"]) {
            const where = ["/bin", "/usr/bin"]
                .map((bin) => path.join(bin, program))
                .find((file) => fs.existsSync(file));
            fs.symlinkSync(where!, path.join(dir, program));
        }
        const { status, stdout } = await outcome([voip, "up", "--json"], { env: { PATH: dir } });
        expect(status).toBe(1);
        expect(JSON.parse(stdout).error).toMatch(/^Node 20 or newer is needed, found none/);
    });

    it("removes nothing, and succeeds, where nothing is", async () => {
        // a stack without a lab: the lab of a developer who runs this test is out of reach
        const { status, stdout } = await outcome([voip, "destroy", "--stack", "prod", "--yes", "--json"], { env });
        expect(status).toBe(0);
        expect(JSON.parse(stdout)).toMatchObject({ stack: "prod", deleted: 0 });
    });
});
