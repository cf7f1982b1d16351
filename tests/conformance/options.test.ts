import * as fs from "node:fs";
import { engines } from "./engines";
import { Workspace } from "./workspace";

describe.each(engines)("resource options under the $name engine", (engine) => {
    let workspace: Workspace;

    beforeAll(() => {
        workspace = new Workspace("options");
    });

    afterAll(() => workspace.remove());

    /** Runs `up` and returns what was done to the resources. */
    async function up(
        values: Record<string, string | boolean>,
    ): Promise<{ status: number; log: string[]; errors: string }> {
        fs.rmSync(`${workspace.files}/log`, { force: true });
        workspace.configure({ directory: workspace.files, ...values });
        const { status, errors } = await engine.run("up", workspace);
        const log = (workspace.read("log") ?? "").split("\n").filter(Boolean);
        return { status, log: log.sort(), errors: errors.join("\n") };
    }

    test("a resource that is looked up is read, not made", async () => {
        const { status, log } = await up({});
        expect(status).toBe(0);
        expect(log.filter((line) => line.startsWith("create"))).toHaveLength(6);
        expect(log.join()).not.toContain("known");
        expect(await engine.outputs(workspace)).toEqual({ found: "as found" });
        expect(fs.readFileSync(workspace.checkpointFile, "utf8")).toMatch(/"customTimeouts":\s*{\s*"create":\s*90\s*}/);
    });

    test("ignoreChanges, replaceOnChanges with deleteBeforeReplace", async () => {
        const { status, log } = await up({ value: "two" });
        expect(status).toBe(0);
        expect(log).toEqual(["create replacing two", "delete replacing"]);
    });

    test("an alias keeps a renamed resource", async () => {
        expect(await up({ value: "two", renamed: "after" })).toEqual({ status: 0, log: [], errors: "" });
        expect(await up({ value: "two", renamed: "after" })).toEqual({ status: 0, log: [], errors: "" });
    });

    test("a protected resource is not deleted, before its protection is lifted", async () => {
        const refused = await up({ value: "two", renamed: "after", guarded: false });
        expect(refused.status).not.toBe(0);
        expect(refused.log).toEqual([]);
        expect(refused.errors).toMatch(/guarded/);
        expect((await engine.run("destroy", workspace)).status).not.toBe(0);
        expect((await up({ value: "two", renamed: "after", protect: false })).status).toBe(0);
    });

    test("retainOnDelete and deletedWith leave the deletion to others; what was read is let go", async () => {
        fs.rmSync(`${workspace.files}/log`, { force: true });
        expect((await engine.run("destroy", workspace)).status).toBe(0);
        const deleted = workspace.read("log")!.trim().split("\n").sort();
        expect(deleted).toEqual(["delete guarded", "delete ignoring", "delete renamed", "delete replacing"]);
    });
});

test("the embedded engine names what it does not support", async () => {
    const workspace = new Workspace("options");
    try {
        workspace.configure({ directory: workspace.files, unsupported: true });
        const { status, errors } = await engines[0].run("up", workspace);
        expect(status).toBe(1);
        expect(errors).toContainEqual(
            "imported (pulumi-nodejs:dynamic/test:Noted) uses import, which the embedded engine does not support",
        );
    } finally {
        workspace.remove();
    }
});
