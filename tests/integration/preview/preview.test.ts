import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { EngineEvent } from "../../../engine/events";
import { previewWithoutLab } from "../../../lab/inside";
import { projectDir } from "../../../paths";
import { nodeArgv } from "../../../process/node";
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

describe("the program of a stack with a lab, started outside of it", () => {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "outside-"));
    afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

    it.each([
        ["preview", ""],
        ["up", "true"], // what lets ./voip preview do without a lab lets nothing else do without
    ])("says in one sentence what to type, and registers nothing: %s", async (operation, withoutLab) => {
        const env = { HOME: home, PULUMI_CONFIG_PASSPHRASE: "for tests", [previewWithoutLab]: withoutLab };
        const { stdout } = await run([...nodeArgv("engine/main.ts"), operation, "--stack", "dev"], {
            cwd: projectDir,
            env,
            okStatus: [1, 255],
        });
        const events = stdout
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as EngineEvent);
        expect(events.flatMap(({ resourcePreEvent: event }) => (event ? [event.metadata.type] : []))).toEqual([
            "pulumi:pulumi:Stack",
        ]);
        const said = events.flatMap(({ diagnosticEvent: event }) => (event ? [event.message.trim()] : []));
        expect(said).toEqual([
            "the servers of stack dev are in a network of their own, its lab, and this program was started outside of it: " +
                "type `./voip shell --stack dev pulumi up -s dev` (or preview), or `./voip up --stack dev`",
            "the program failed",
        ]);
    });
});
