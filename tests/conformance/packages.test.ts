import { installedPlugin } from "../../engine/provider/process";
import { engines } from "./engines";
import { Workspace } from "./workspace";

/** The official engine can take part only where its plugins are installed. */
const withPlugins = engines.filter(
    ({ name }) =>
        name === "embedded" ||
        (installedPlugin("random", "4.21.2") && installedPlugin("command", "1.2.1")) !== undefined,
);

describe.each(withPlugins)("packages under the $name engine", (engine) => {
    test("@pulumi/random, with the default and with an explicit provider", async () => {
        const workspace = new Workspace("random");
        try {
            workspace.configure({ length: 20 });
            expect(await engine.run("up", workspace)).toMatchObject({ status: 0, changes: { create: 4 } });
            const before = await engine.outputs(workspace);
            expect(before).toMatchObject({
                password: expect.stringMatching(/^[A-Za-z0-9]{20}$/),
                uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
            });
            expect(await engine.run("refresh", workspace)).toMatchObject({ status: 0, changes: { same: 4 } });
            expect(await engine.run("up", workspace)).toMatchObject({ status: 0, changes: { same: 4 } });
            expect(await engine.outputs(workspace)).toEqual(before);
            workspace.configure({ length: 24 });
            expect(await engine.run("up", workspace)).toMatchObject({ status: 0, changes: { replace: 1, same: 3 } });
            expect((await engine.run("destroy", workspace)).status).toBe(0);
        } finally {
            workspace.remove();
        }
    });

    test("@pulumi/command, local", async () => {
        const workspace = new Workspace("command");
        try {
            workspace.configure({ word: "hello" });
            expect(await engine.run("up", workspace)).toMatchObject({ status: 0, changes: { create: 3 } });
            expect(await engine.outputs(workspace)).toEqual({ stdout: "hello", after: "after hello" });
            expect(await engine.run("up", workspace)).toMatchObject({ status: 0, changes: { same: 3 } });
            workspace.configure({ word: "bye" });
            expect((await engine.run("up", workspace)).status).toBe(0);
            expect(await engine.outputs(workspace)).toMatchObject({ stdout: "bye" });
            workspace.configure({ word: "bye", trigger: "two" });
            expect(await engine.run("up", workspace)).toMatchObject({ status: 0, changes: { replace: 1 } });
            expect((await engine.run("destroy", workspace)).status).toBe(0);
        } finally {
            workspace.remove();
        }
    });
});
