import * as fs from "node:fs";
import * as path from "node:path";
import { waitFor } from "../../process/wait";
import { startEmbedded } from "./engines";
import { Workspace } from "./workspace";

/** Larger than what a pipe holds. */
const large = 200_000;

const program = `import { Thing } from "../thing";
for (const name of ["a", "b", "c", "d", "e"]) new Thing(name, { value: "x".repeat(${large}) });
`;

describe("a reader that is slower than the engine", () => {
    let workspace: Workspace;

    beforeEach(() => {
        workspace = new Workspace("life");
        fs.writeFileSync(path.join(workspace.dir, "index.ts"), program);
        workspace.configure({ stage: 1, directory: workspace.files });
    });

    afterEach(() => workspace.remove());

    /** Those of Node, which are the engine's, the program's and the provider's. */
    const othersThan = (engine: number): number[] =>
        workspace
            .processes()
            .filter((pid) => pid !== engine && fs.readlinkSync(`/proc/${pid}/exe`) === process.execPath);

    test("gets all events, to the summary", async () => {
        const { child, outcome } = startEmbedded("up", workspace);
        child.stdout!.pause();
        try {
            const created = (): true | undefined => workspace.read("log")?.includes("create e") || undefined;
            await waitFor("the last thing to be made", created, { deadlineMs: 120_000 });
            await waitFor("the end of program and provider", () => othersThan(child.pid!).length === 0 || undefined, {
                deadlineMs: 60_000,
            });
        } finally {
            child.stdout!.resume();
        }
        const { status, changes } = await outcome;
        expect({ status, changes }).toEqual({ status: 0, changes: { create: 6 } });
    });
});
