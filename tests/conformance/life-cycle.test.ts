import * as fs from "node:fs";
import * as path from "node:path";
import { withoutSecrets } from "../../cli/engine/events";
import { engines } from "./engines";
import { Workspace } from "./workspace";

describe.each(engines)("the life of dynamic resources under the $name engine", (engine) => {
    let workspace: Workspace;

    beforeAll(async () => {
        workspace = new Workspace("dynamic");
        configure();
    });

    afterAll(() => workspace.remove());

    function configure(values: Record<string, string | number | boolean> = {}): void {
        workspace.configure({ directory: workspace.files, ...values });
    }

    const log = (): string[] => (workspace.read("log") ?? "").split("\n").filter(Boolean);

    test("a preview makes nothing", async () => {
        const preview = await engine.run("preview", workspace);
        expect(preview).toMatchObject({ status: 0, changes: { create: 4 } });
        expect(fs.readdirSync(workspace.files)).toEqual([]);
    });

    test("up creates in the order of dependency", async () => {
        const up = await engine.run("up", workspace);
        expect(up).toMatchObject({ status: 0, changes: { create: 4 } });
        expect(log()).toEqual(["create first", "create pair-second"]);
        expect(workspace.read("pair-second-plain")).toBe(path.join(workspace.files, "first-plain"));
    });

    test("secret outputs are not in the state or the events, and are there on request", async () => {
        const stored = fs.readFileSync(workspace.checkpointFile, "utf8");
        expect(stored).not.toContain("token-of-first");
        expect(await engine.outputs(workspace)).toEqual({
            path: path.join(workspace.files, "pair-second-plain"),
            token: "token-of-first",
            pin: "1234",
        });
        const { events } = await engine.run("preview", workspace);
        const taken = engine.name === "official" ? events.flatMap((event) => withoutSecrets(event) ?? []) : events;
        const shown = taken.flatMap(({ resOutputsEvent: event }) =>
            event ? [event.metadata.old, event.metadata.new].map((state) => [state?.inputs, state?.outputs]) : [],
        );
        const properties = JSON.stringify(shown, (key, value: unknown) => (key === "__provider" ? undefined : value));
        expect(properties).toContain("first-plain");
        expect(properties).not.toMatch(/token-of-|"1234"/);
    });

    test("nothing is done when nothing changed", async () => {
        expect(await engine.run("up", workspace)).toMatchObject({ status: 0, changes: { same: 4 } });
    });

    test("an update in place", async () => {
        configure({ value: "two" });
        const preview = await engine.run("preview", workspace);
        expect(preview.steps).toContain("update first");
        expect(workspace.read("first-plain")).toBe("one");
        expect(await engine.run("up", workspace)).toMatchObject({ status: 0, changes: { update: 1, same: 3 } });
        expect(workspace.read("first-plain")).toBe("two");
    });

    test("a replacement is made before the old one is deleted, last", async () => {
        configure({ value: "two", kind: "fancy" });
        const before = log().length;
        const up = await engine.run("up", workspace);
        expect(up).toMatchObject({ status: 0, changes: { replace: 2, same: 2 } });
        expect(log().slice(before)).toEqual([
            "create first",
            "create pair-second",
            "delete pair-second-plain",
            "delete first-plain",
        ]);
    });

    test("or after the old one was deleted, if the provider requires that", async () => {
        configure({ value: "two", kind: "plain", deleteFirst: true });
        const before = log().length;
        const up = await engine.run("up", workspace);
        expect(up).toMatchObject({ status: 0, changes: { replace: 2 } });
        const lines = log().slice(before);
        expect(lines.indexOf("delete first-fancy")).toBeLessThan(lines.indexOf("create first"));
        expect(lines.indexOf("delete pair-second-fancy")).toBeLessThan(lines.indexOf("create pair-second"));
        configure({ value: "two" });
        expect(await engine.run("up", workspace)).toMatchObject({ status: 0, changes: { same: 4 } });
    });

    test("bad input is refused by the provider before anything is touched", async () => {
        configure({ value: "bad" });
        const up = await engine.run("up", workspace);
        expect(up.status).not.toBe(0);
        expect(up.errors.join("\n")).toContain("'bad' is not allowed");
        expect(workspace.read("first-plain")).toBe("two");
    });

    test("a resource that is no longer wanted is deleted", async () => {
        configure({ value: "two", extra: true });
        expect(await engine.run("up", workspace)).toMatchObject({ status: 0, changes: { create: 1, same: 4 } });
        configure({ value: "two" });
        expect(await engine.run("up", workspace)).toMatchObject({ status: 0, changes: { delete: 1, same: 4 } });
        expect(workspace.read("extra-plain")).toBeUndefined();
    });

    test("a failed step fails the run; what was done is recorded, and the next run does the rest", async () => {
        configure({ value: "two", extra: true, fail: "pair-second", kind: "new" });
        const failed = await engine.run("up", workspace);
        expect(failed.status).not.toBe(0);
        expect(failed.errors.join("\n")).toContain("pair-second was told to fail");
        configure({ value: "two", extra: true, kind: "new" });
        expect((await engine.run("up", workspace)).status).toBe(0);
        expect(await engine.run("up", workspace)).toMatchObject({ status: 0, changes: { same: 5 } });
        expect(fs.readdirSync(workspace.files).sort()).toEqual(["extra-plain", "first-new", "log", "pair-second-new"]);
    });

    test("refresh finds what changed and what is gone; up repairs it", async () => {
        fs.writeFileSync(path.join(workspace.files, "first-new"), "changed by hand");
        fs.rmSync(path.join(workspace.files, "extra-plain"));
        const refresh = await engine.run("refresh", workspace);
        expect(refresh).toMatchObject({ status: 0, changes: { update: 1, delete: 1 } });
        const up = await engine.run("up", workspace);
        expect(up).toMatchObject({ status: 0, changes: { update: 1, create: 1, same: 3 } });
        expect(workspace.read("first-new")).toBe("two");
        expect(workspace.read("extra-plain")).toBe("two");
    });

    test("only targets are changed when there are any", async () => {
        configure({ value: "three", extra: true, kind: "new" });
        const urn = `urn:pulumi:test::${workspace.project}::pulumi-nodejs:dynamic/test:File::extra`;
        expect((await engine.run("up", workspace, [urn])).status).toBe(0);
        expect([workspace.read("extra-plain"), workspace.read("first-new")]).toEqual(["three", "two"]);
    });

    test("destroy deletes everything, dependents first, and can be repeated", async () => {
        const destroy = await engine.run("destroy", workspace);
        expect(destroy).toMatchObject({ status: 0, changes: { delete: 5 } });
        const deleted = destroy.steps.filter((step) => step.startsWith("delete "));
        expect(deleted.indexOf("delete pair-second")).toBeLessThan(deleted.indexOf("delete first"));
        expect(fs.readdirSync(workspace.files)).toEqual(["log"]);
        expect((await engine.run("destroy", workspace)).status).toBe(0);
    });
});
