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
});
