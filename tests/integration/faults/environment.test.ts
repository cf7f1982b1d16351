import * as fs from "node:fs";
import * as path from "node:path";
import { run } from "../../../process/run";
import { waitFor } from "../../../process/wait";
import { recorded } from "./recorded";
import { Workspace } from "./workspace";

const up = (stage: number) => ["up", { stage }] as const;

let workspace: Workspace;

afterEach(() => workspace.remove());

describe("a state folder that can't be written", () => {
    beforeEach(async () => {
        workspace = new Workspace("files");
        await run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", workspace.state]);
        expect(await workspace.run(...up(1))).toMatchObject({ status: 0 });
    });

    afterEach(() => run(["umount", workspace.state]));

    const readOnly = (): string => `mount -o remount,ro ${workspace.state}`;
    const full = (): string => `head -c 300k /dev/zero > ${workspace.state}/filler 2>/dev/null`;

    test.each([
        ["full", full, /disk is full: make room, then run it again/],
        ["read-only", readOnly, /file system is read-only: make it writable, then run it again/],
    ])(
        "if it is %s: refused before anything is touched, and done once that is no longer so",
        async (_, spoil, remedy) => {
            await run(["sh", "-c", `${spoil()} || true`]);
            const before = fs.readFileSync(workspace.checkpointFile, "utf8");
            const failed = await workspace.run(...up(2));
            expect(failed).toMatchObject({ status: 1, changes: {}, errors: [] });
            expect(failed.said.trim().split("\n")).toEqual([expect.stringMatching(remedy)]);
            expect(failed.said).toContain(path.join(workspace.state, ".pulumi", "locks"));
            await expectMended(before);
        },
    );

    test.each([
        ["full", full, /disk is full: make room, then run it again/],
        ["read-only", readOnly, /file system is read-only: make it writable, then run it again/],
    ])(
        "if it gets %s during a run: one error, the state as of the last write, done by the next run",
        async (_, spoil, remedy) => {
            workspace.env.DISTURBANCE = spoil();
            const failed = await workspace.run(...up(2));
            delete workspace.env.DISTURBANCE;
            expect(failed.status).toBe(1);
            expect(failed.errors).toEqual([expect.stringMatching(remedy)]);
            expect(failed.errors[0]).toContain(workspace.checkpointFile);
            await expectMended(fs.readFileSync(workspace.checkpointFile, "utf8"));
        },
    );

    async function expectMended(state: string): Promise<void> {
        expect(fs.readFileSync(workspace.checkpointFile, "utf8")).toBe(state);
        JSON.parse(state);
        await run(["mount", "-o", "remount,rw", workspace.state]);
        fs.rmSync(path.join(workspace.state, "filler"), { force: true });
        expect(await workspace.run(...up(2))).toMatchObject({ status: 0, errors: [] });
        expect((await workspace.run(...up(2))).changes).toEqual({ same: 4 });
        expect(Object.keys(workspace.traces()).sort()).toEqual([
            "files/first",
            "files/second-2",
            "state/.pulumi/meta.yaml",
            "state/.pulumi/stacks/faults/faults.json",
            "state/.pulumi/stacks/faults/faults.json.bak",
        ]);
    }
});

describe("a provider that does not answer", () => {
    const file = (name: string): string => path.join(workspace.files, name);
    const begun = () =>
        waitFor(
            "the provider to be called",
            () => (fs.existsSync(file("pid")) ? fs.readFileSync(file("pid"), "utf8") : undefined),
            {
                deadlineMs: 60_000,
                intervalMs: 20,
            },
        );

    beforeEach(() => {
        workspace = new Workspace("slow");
    });

    function expectHalfMade(): void {
        expect(recorded(workspace).pending).toMatchObject([{ type: "creating" }]);
    }

    async function expectConvergence(): Promise<void> {
        fs.writeFileSync(file("go"), "");
        const next = await workspace.run(...up(1));
        expect(next).toMatchObject({ status: 0, errors: [], changes: { create: 1 } });
        expect(next.said).toContain("The last run ended while creating slow");
        expect(recorded(workspace).pending).toEqual([]);
        expect((await workspace.run(...up(1))).changes).toEqual({ same: 2 });
    }

    test("when its process dies: an error that says so; the next run continues", async () => {
        const { outcome } = workspace.start(...up(1));
        process.kill(Number(await begun()), "SIGKILL");
        const { status, errors } = await outcome;
        expect({ status, errors }).toEqual({
            status: 1,
            errors: [expect.stringMatching(/^the provider's process ended during the operation .*: run it again$/)],
        });
        expectHalfMade();
        await expectConvergence();
    });

    test("when its process dies: destroy deletes what it may have made", async () => {
        const { outcome } = workspace.start(...up(1));
        process.kill(Number(await begun()), "SIGKILL");
        await outcome;
        expect(await workspace.run("destroy", { stage: 1 })).toMatchObject({ status: 0, errors: [] });
        expect(fs.readFileSync(file("deleted"), "utf8")).toBe("'' ");
        expect(recorded(workspace)).toEqual({ resources: [], pending: [] });
    });

    test("when it hangs: the resource's customTimeouts limit it", async () => {
        workspace.env.CREATE_TIMEOUT = "1s";
        const { status, errors } = await workspace.run(...up(1));
        expect({ status, errors }).toEqual({
            status: 1,
            errors: [expect.stringMatching(/has not answered within the resource's customTimeouts/)],
        });
        expectHalfMade();
        await expectConvergence();
    });

    test("when it hangs: a second interrupt ends it", async () => {
        const { child, outcome } = workspace.start(...up(1));
        await begun();
        child.kill("SIGINT");
        // Within half a second it would be taken for the same one.
        const again = setInterval(() => child.kill("SIGINT"), 600);
        expect((await outcome).status).toBe(130);
        clearInterval(again);
        expectHalfMade();
        await expectConvergence();
    });
});

describe("a plugin that does not start", () => {
    const plugin = (): string =>
        path.join(workspace.root, "home", "plugins", "resource-random-v4.21.2", "pulumi-resource-random");

    test.each([
        ["ends", "#!/bin/sh\necho it lacks a library >&2; exit 3\n", 0o755, /: it lacks a library$/],
        ["is no program", "no program", 0o755, /: no: not found$/],
        ["may not be run", "#!/bin/sh\n", 0o644, /: Permission denied$/],
    ])("when it %s: an error that says so, and the next run continues", async (_, content, mode, message) => {
        workspace = new Workspace("files");
        workspace.env.PULUMI_HOME = path.join(workspace.root, "home");
        fs.mkdirSync(path.dirname(plugin()), { recursive: true });
        fs.writeFileSync(plugin(), content, { mode });
        const { status, errors } = await workspace.run(...up(1));
        expect({ status, errors }).toEqual({ status: 1, errors: [expect.stringMatching(message)] });
        expect(errors[0]).toContain(`the plugin ${plugin()} ended with exit status`);
        fs.rmSync(path.dirname(plugin()), { recursive: true });
        expect(await workspace.run(...up(1))).toMatchObject({ status: 0, errors: [], changes: { create: 3 } });
    });
});
