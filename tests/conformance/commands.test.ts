import * as fs from "node:fs";
import * as path from "node:path";
import { pulumiArgv, pulumiSelectArgv } from "../../cli/engine/commandline";
import { untrackedConfig } from "../../cli/engine/untracked-config";
import { cli, embedded, pulumi } from "./engines";
import { Workspace } from "./workspace";

interface Exported {
    version: number;
    deployment: { resources: { urn: string; outputs?: { token?: unknown } }[] };
}

/** What else the official CLI knows to do with a stack; needs it on PATH, or where `./voip` finds it. */
(cli ? describe : describe.skip)("the official CLI's other commands, on a stack of the embedded engine", () => {
    let workspace: Workspace;
    let exported: string;

    beforeAll(async () => {
        workspace = new Workspace("dynamic");
        workspace.configure({ directory: workspace.files });
        exported = path.join(workspace.root, "exported.json");
        expect(await embedded.run("up", workspace)).toMatchObject({ status: 0, changes: { create: 4 } });
    });

    afterAll(() => workspace.remove());

    function said(...args: string[]): string {
        const { status, stdout, stderr } = pulumi(workspace, args);
        expect({ args, status, stderr: status === 0 ? "" : stderr }).toEqual({ args, status: 0, stderr: "" });
        return stdout;
    }

    /** Without times: the CLI writes them without closing zeros. */
    async function resources(): Promise<unknown[]> {
        const { latest } = (await workspace.checkpoint())!;
        return latest!.resources!.map((resource) => ({ ...resource, created: "", modified: "" }));
    }

    const stored = (): string => fs.readFileSync(workspace.checkpointFile, "utf8");

    test("`stack output`: secrets hidden, and in plain on request", async () => {
        const outputs = await embedded.outputs(workspace);
        expect(JSON.parse(said("stack", "output", "--json", "--show-secrets", "-s", "test"))).toEqual(outputs);
        expect(JSON.parse(said("stack", "output", "--json", "-s", "test"))).toEqual({
            ...outputs,
            token: "[secret]",
            pin: "[secret]",
        });
    });

    test("`stack ls`, `stack history` and `about` know it", () => {
        const [listed] = JSON.parse(said("stack", "ls", "--json")) as object[];
        expect(listed).toMatchObject({ name: "test", resourceCount: 5 });
        const history = JSON.parse(said("stack", "history", "--json", "-s", "test")) as object[];
        expect(history).toMatchObject([{ kind: "update", result: "succeeded", resourceChanges: { create: 4 } }]);
        const about = JSON.parse(said("about", "--json", "-s", "test")) as object;
        expect(about).toMatchObject({
            currentStack: { name: "test", fullyQualifiedName: `organization/${workspace.project}/test` },
        });
        const urns = (about as { currentStack: { resources: { urn: string }[] } }).currentStack.resources;
        expect(urns).toHaveLength(5);
    });

    test("`stack export` and `stack import`: what is imported is the state, secrets and all", async () => {
        said("stack", "export", "--file", exported, "-s", "test");
        const { version, deployment } = JSON.parse(fs.readFileSync(exported, "utf8")) as Exported;
        expect([version, deployment.resources.length]).toEqual([3, 5]);
        const before = await resources();
        workspace.configure({ directory: workspace.files, value: "two" });
        expect(await embedded.run("up", workspace)).toMatchObject({ status: 0, changes: { update: 1, same: 3 } });

        said("stack", "import", "--file", exported, "-s", "test");
        expect(stored()).not.toContain("token-of-first");
        expect(await resources()).toEqual(before);
        expect(await embedded.run("up", workspace)).toMatchObject({ status: 0, changes: { update: 1, same: 3 } });
        expect((await embedded.run("destroy", workspace)).status).toBe(0);
    });
});

(cli ? describe : describe.skip)("the official CLI with a configuration outside of the checkout", () => {
    it("makes a stack, and changes no file of the checkout", () => {
        const workspace = new Workspace("dynamic");
        try {
            workspace.configure({ directory: workspace.files });
            const files = (): string[] =>
                ["Pulumi.yaml", `Pulumi.${workspace.stack}.yaml`].map((name) =>
                    fs.readFileSync(path.join(workspace.dir, name), "utf8"),
                );
            const before = files();
            const choice = { engine: "pulumi" as const, argv: [], why: "" };
            for (let run = 0; run < 2; run++) {
                const untracked = path.join(workspace.root, "untracked");
                const { dir, file } = untrackedConfig(workspace.dir, workspace.stack, untracked);
                const request = { operation: "up" as const, stack: workspace.stack, targets: [] };
                const eventLog = path.join(workspace.root, "events");
                const up = pulumiArgv(choice, request, { eventLog, configFile: file });
                const withoutPolicies = up.filter((word) => !["--policy-pack", "policies"].includes(word));
                for (const argv of [pulumiSelectArgv(choice, workspace.stack, dir), withoutPolicies]) {
                    const { status, stderr } = pulumi(workspace, argv);
                    expect({ argv, status, stderr: status === 0 ? "" : stderr }).toEqual({
                        argv,
                        status: 0,
                        stderr: "",
                    });
                }
                expect(fs.readFileSync(file, "utf8")).toContain("encryptionsalt");
            }
            expect(files()).toEqual(before);
        } finally {
            workspace.remove();
        }
    });
});
