import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { projectDir } from "../../../paths";
import { run } from "../../../process/run";

/** The stacks' files are all that a preview could be tempted to write to. */
const stackFiles = (): string[] =>
    fs
        .readdirSync(projectDir)
        .filter((name) => /^Pulumi.*\.yaml$/.test(name))
        .map((name) => fs.readFileSync(path.join(projectDir, name), "utf8"));

describe("./voip preview of a stack that was never built", () => {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "preview-"));
    fs.chmodSync(home, 0o777);
    afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

    /** Runs it with nothing but a home directory of its own; `without` is what it has to do without. */
    async function preview(stack: string, without: string[]): Promise<{ created: number; steps: { op: string }[] }> {
        const env = ["env", "--ignore-environment", `HOME=${home}`, `PATH=${process.env.PATH}`];
        const voip = [path.join(projectDir, "voip"), "preview", "--stack", stack, "--engine", "embedded", "--json"];
        const { stdout } = await run([...without, ...env, ...voip]);
        return JSON.parse(stdout) as { created: number; steps: { op: string }[] };
    }

    it.each(["dev", "testing", "prod"])(
        "works for %s without root, and changes no file of the project",
        async (stack) => {
            const before = stackFiles();
            const { created, steps } = await preview(stack, ["unshare", "--user"]);
            expect(created).toBeGreaterThan(30);
            expect(new Set(steps.map(({ op }) => op))).toEqual(new Set(["create"]));
            expect(stackFiles()).toEqual(before);
            expect(fs.existsSync(path.join(home, ".pulumi"))).toBe(false);
        },
    );

    it("works without a network, not even a loopback interface", async () => {
        expect((await preview("dev", ["unshare", "--net"])).created).toBeGreaterThan(30);
    });
});
