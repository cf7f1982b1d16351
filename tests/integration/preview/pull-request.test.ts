import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { findPulumi } from "../../../cli/engine/choice";
import { parseYaml } from "../../../config/yaml";
import { projectDir } from "../../../paths";
import { run } from "../../../process/run";

interface Step {
    name?: string;
    run?: string;
}

const workflow = parseYaml(fs.readFileSync(path.join(projectDir, ".github", "workflows", "preview.yml"), "utf8")) as {
    jobs: { preview: { steps: Step[] } };
};

/** What GitHub does for a step, as far as these steps need it. */
const commandOf = (name: string): string => {
    const step = workflow.jobs.preview.steps.find((candidate) => candidate.name === name);
    if (!step?.run) throw new Error(`the workflow has no step ${name}`);
    return step.run;
};

/** Stands in for the official CLI where there is none: previews by the embedded engine, in the same environment. */
const standIn = `#!/bin/sh
[ "$1" = preview ] || exit 0
while [ $# -gt 0 ]; do [ "$1" = --stack ] && stack=$2; shift; done
exec node --require ./process/typescript.js engine/main.ts preview --stack "$stack" --policy-pack policies
`;

describe("the previews of a pull request", () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "pull-request-"));
    afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

    it("show every stack, on a machine that has neither a lab nor the rights to make one", async () => {
        const clone = path.join(dir, "clone");
        const left = ["node_modules", ".git"].map((name) => path.join(projectDir, name));
        fs.cpSync(projectDir, clone, { recursive: true, filter: (file) => !left.includes(file) });
        fs.symlinkSync(path.join(projectDir, "node_modules"), path.join(clone, "node_modules"));

        const bin = path.join(dir, "bin");
        fs.mkdirSync(bin);
        const official = findPulumi();
        if (official) fs.symlinkSync(official, path.join(bin, "pulumi"));
        else fs.writeFileSync(path.join(bin, "pulumi"), standIn, { mode: 0o755 });
        const env = {
            ...{ RUNNER_TEMP: dir, GITHUB_STEP_SUMMARY: path.join(dir, "summary.md"), GITHUB_TOKEN: "" },
            PATH: `${bin}:${process.env.PATH}`,
        };
        for (const name of ["Preview", "Summary"]) {
            await run(["unshare", "--user", "bash", "-e", "-c", commandOf(name)], { cwd: clone, env });
        }

        const summary = fs.readFileSync(env.GITHUB_STEP_SUMMARY, "utf8");
        for (const stack of ["dev", "testing", "prod"]) expect(summary).toContain(`<code>${stack}</code>: passed`);
        expect(summary.length).toBeGreaterThan(20_000);
    });
});
