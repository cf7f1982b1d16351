import * as fs from "node:fs";
import { waitFor } from "../../process/wait";
import type { Case, Step } from "./case";
import { embedded, type Engine } from "./engines";
import { observe, type Observed } from "./observed";
import { Workspace } from "./workspace";

/** Runs one step and checks what every engine must come to. */
async function take(step: Step, engine: Engine, workspace: Workspace): Promise<Observed> {
    const { run, targets = [], interruptAt } = step;
    fs.rmSync(`${workspace.files}/log`, { force: true });
    const values = { stage: step.stage ?? 1, directory: workspace.files, ...step.config };
    if (step.secrets) await workspace.configureSecretly(values, step.secrets);
    else workspace.configure(values);
    step.meanwhile?.(workspace);
    const urns = targets.map((target) => `urn:pulumi:${workspace.stack}::${workspace.project}::${target}`);
    const { child, outcome } = engine.start(run, workspace, urns);
    if (interruptAt) {
        const reached = (): true | undefined => workspace.read("log")?.includes(interruptAt) || undefined;
        await waitFor(`'${interruptAt}' in the log`, reached, { deadlineMs: 60_000, intervalMs: 10 });
        child.kill("SIGINT");
    }
    const ended = await outcome;
    const log = (workspace.read("log") ?? "").split("\n").filter(Boolean);
    fs.rmSync(`${workspace.files}/log`, { force: true });
    const observed = await observe(ended, interruptAt !== undefined, workspace);
    const said = `${ended.errors.join("\n")}\n${ended.stderr}`;
    const { ends = "done", changes, says, officialSays = says } = step;
    if (observed.ended !== ends) throw new Error(`it ${observed.ended}, and should have ${ends}: ${said}`);
    expect(observed.changes).toEqual(changes);
    if (step.log) expect(step.inOrder ? log : log.sort()).toEqual(step.inOrder ? step.log : [...step.log].sort());
    const expected = engine === embedded ? says : officialSays;
    if (expected) expect(said).toMatch(expected);
    if (step.outputs) expect(await engine.outputs(workspace)).toEqual(step.outputs);
    return observed;
}

/** Plays a case under one engine. @throws Error when a step does not come to what the case expects of every engine. */
export async function play({ program, steps }: Case, engine: Engine): Promise<Observed[]> {
    const workspace = new Workspace(program);
    try {
        const seen: Observed[] = [];
        for (const [index, step] of steps.entries()) {
            try {
                seen.push(await take(step, engine, workspace));
            } catch (error) {
                const where = `step ${index + 1} (${step.run}) under the ${engine.name} engine`;
                (error as Error).message = `${where}: ${(error as Error).message}`;
                throw error;
            }
        }
        return seen;
    } finally {
        workspace.remove();
    }
}
