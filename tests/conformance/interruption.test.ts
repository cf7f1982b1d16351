import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { waitFor } from "../../process/wait";
import { embedded, startEmbedded } from "./engines";
import { Workspace } from "./workspace";

describe("interruptions of the embedded engine", () => {
    let workspace: Workspace;

    beforeEach(() => {
        workspace = new Workspace("dynamic");
        workspace.configure({ directory: workspace.files, extra: true, slow: 700 });
    });

    afterEach(() => workspace.remove());

    const begun = (name: string): Promise<true> =>
        waitFor(`the creation of ${name}`, () => workspace.read("log")?.includes(`create ${name}`) || undefined, {
            deadlineMs: 30_000,
            intervalMs: 10,
        });

    test("SIGINT: steps in progress finish and are recorded, no other starts, the next run does the rest", async () => {
        const run = startEmbedded("up", workspace);
        await begun("first");
        run.child.kill("SIGINT");
        const outcome = await run.outcome;
        expect(outcome.status).toBe(130);
        expect(outcome.events.find((event) => event.summaryEvent)?.summaryEvent?.result).toBe("canceled");
        expect(outcome.steps).toContain("create first");
        expect(fs.readdirSync(workspace.files).sort()).toEqual(["first-plain", "log"]);
        const next = await embedded.run("up", workspace);
        expect(next).toMatchObject({ status: 0 });
        expect(workspace.read("log")!.match(/create first/g)).toHaveLength(1);
    });

    test("a second SIGINT ends it at once; the next run knows the steps in progress", async () => {
        workspace.configure({ directory: workspace.files, slow: 20_000 });
        const run = startEmbedded("up", workspace);
        await begun("first");
        run.child.kill("SIGINT");
        await sleep(600);
        const started = Date.now();
        run.child.kill("SIGINT");
        expect((await run.outcome).status).toBe(130);
        expect(Date.now() - started).toBeLessThan(5_000);
        expect(fs.readFileSync(workspace.checkpointFile, "utf8")).toContain('"type":"creating"');
        workspace.configure({ directory: workspace.files });
        const next = await embedded.run("up", workspace);
        expect(next.status).toBe(0);
        const said = next.events.flatMap(({ diagnosticEvent }) => (diagnosticEvent ? [diagnosticEvent.message] : []));
        expect(said.join("\n")).toContain("The last run ended while creating first");
    });

    test("nobody reads the events any more: like SIGINT", async () => {
        const run = startEmbedded("up", workspace);
        await begun("first");
        run.child.stdout!.destroy();
        expect((await run.outcome).status).toBe(130);
    });

    test("kill -9 at any moment: no process is left, the state is valid, and the next run converges", async () => {
        for (const moment of ["start", "first", "pair-second"]) {
            const run = startEmbedded("up", workspace);
            await (moment === "start" ? sleep(400) : begun(moment));
            run.child.kill("SIGKILL");
            await run.outcome;
            if (fs.existsSync(workspace.checkpointFile)) JSON.parse(fs.readFileSync(workspace.checkpointFile, "utf8"));
            await waitFor("the engine's processes to end", () => workspace.processes().length === 0 || undefined, {
                deadlineMs: 5_000,
            });
        }
        expect((await embedded.run("up", workspace)).status).toBe(0);
        expect(await embedded.run("up", workspace)).toMatchObject({ status: 0, changes: { same: 5 } });
        expect((await embedded.run("destroy", workspace)).status).toBe(0);
        expect(fs.readdirSync(workspace.files)).toEqual(["log"]);
    });

    test("a second engine is locked out while one works", async () => {
        const run = startEmbedded("up", workspace);
        await begun("first");
        const second = await embedded.run("up", workspace);
        expect(second.status).toBe(1);
        expect(second.stderr).toMatch(/^the stack is locked by .*; wait for it to end, or remove .*\n$/);
        expect((await run.outcome).status).toBe(0);
    });
});
