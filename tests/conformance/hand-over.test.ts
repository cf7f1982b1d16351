import { waitFor } from "../../process/wait";
import { embedded, officialEngine, type Engine } from "./engines";
import { Workspace } from "./workspace";

/** A stack made by one engine is taken over by the other; needs the official CLI, with its nodejs language host, on PATH. */
const pairs: [Engine, Engine][] = officialEngine
    ? [
          [embedded, officialEngine],
          [officialEngine, embedded],
      ]
    : [];

(pairs.length > 0 ? describe : describe.skip)("hand-over between the engines", () => {
    test.each(pairs.map(([from, to]) => ({ from: from.name, to: to.name, engines: [from, to] })))(
        "a stack made by the $from engine is taken over by the $to engine",
        async ({ engines: [from, to] }) => {
            const workspace = new Workspace("dynamic");
            try {
                workspace.configure({ directory: workspace.files });
                expect((await from.run("up", workspace)).status).toBe(0);
                const outputs = await from.outputs(workspace);
                expect(await to.outputs(workspace)).toEqual(outputs);
                expect(await to.run("preview", workspace)).toMatchObject({ status: 0, changes: { same: 4 } });
                expect(await to.run("up", workspace)).toMatchObject({ status: 0, changes: { same: 4 } });
                workspace.configure({ directory: workspace.files, value: "two", extra: true });
                expect(await to.run("up", workspace)).toMatchObject({ status: 0, changes: { create: 1, update: 1 } });
                expect(await from.run("up", workspace)).toMatchObject({ status: 0, changes: { same: 5 } });
                expect((await to.run("refresh", workspace)).status).toBe(0);
                expect((await to.run("destroy", workspace)).status).toBe(0);
                expect(await from.run("preview", workspace)).toMatchObject({ status: 0, changes: { create: 5 } });
            } finally {
                workspace.remove();
            }
        },
    );

    test("a run of the official engine that was killed is taken over by the embedded engine", async () => {
        const workspace = new Workspace("slow");
        try {
            workspace.configure({ stage: 1, directory: workspace.files, slow: 3_000 });
            const { child, outcome } = officialEngine!.start("up", workspace);
            const begun = (): true | undefined => workspace.read("log")?.includes("create second") || undefined;
            await waitFor("the creation of second", begun, { deadlineMs: 60_000, intervalMs: 10 });
            child.kill("SIGKILL");
            await outcome;
            const pending = (await workspace.checkpoint())!.latest!.pending_operations;
            expect(pending).toMatchObject([{ type: "creating", resource: { inputs: { label: "second" } } }]);

            workspace.configure({ stage: 1, directory: workspace.files });
            const up = await embedded.run("up", workspace);
            expect(up).toMatchObject({ status: 0, changes: { create: 2 } });
            const said = up.events.flatMap(({ diagnosticEvent }) => (diagnosticEvent ? [diagnosticEvent.message] : []));
            expect(said).toContainEqual(expect.stringMatching(/^The lock of .* was taken over/));
            expect(said).toContainEqual(expect.stringMatching(/^The last run ended while creating second/));
            expect(await officialEngine!.run("preview", workspace)).toMatchObject({ status: 0, changes: { same: 4 } });
        } finally {
            // The official provider outlives its engine.
            for (const pid of workspace.processes()) process.kill(pid);
            workspace.remove();
        }
    });
});
