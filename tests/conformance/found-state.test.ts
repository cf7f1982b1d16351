import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { OperationKind } from "../../engine/request";
import { embedded, type Outcome } from "./engines";
import { Workspace, type Stored } from "./workspace";

type StoredResource = Record<string, unknown> & { urn: string };

const KINDS: OperationKind[] = ["preview", "up", "refresh", "destroy"];

/** What the embedded engine makes of a state that another run, or another engine, left. */
describe("the state that the embedded engine finds", () => {
    let workspace: Workspace;
    let healthy: string;

    beforeAll(async () => {
        workspace = new Workspace("dynamic");
        workspace.configure({ directory: workspace.files, extra: true });
        expect(await embedded.run("up", workspace)).toMatchObject({ status: 0, changes: { create: 5 } });
        healthy = fs.readFileSync(workspace.checkpointFile, "utf8");
    });

    beforeEach(() => {
        workspace.configure({ directory: workspace.files, extra: true });
        fs.writeFileSync(workspace.checkpointFile, healthy);
    });

    afterAll(() => workspace.remove());

    const said = ({ events }: Outcome): string[] =>
        events.flatMap(({ diagnosticEvent }) => (diagnosticEvent ? [diagnosticEvent.message] : []));

    /** Nothing was done: the state is byte for byte the same, and so is what the resources made. */
    async function expectRefused(kinds: OperationKind[], sentence: RegExp): Promise<void> {
        const left = (): unknown => [
            fs.readFileSync(workspace.checkpointFile, "utf8"),
            workspace.read("log"),
            fs.readdirSync(workspace.files),
        ];
        const before = left();
        for (const kind of kinds) {
            const { status, stderr, events } = await embedded.run(kind, workspace);
            expect({ kind, status, events, lines: stderr.trim().split("\n") }).toEqual({
                kind,
                status: 1,
                events: [],
                lines: [expect.stringMatching(sentence)],
            });
            expect(left()).toEqual(before);
        }
    }

    test.each([
        ["cut off", (text: string) => text.slice(0, text.length / 2)],
        ["empty", () => ""],
        ["without content", () => "null"],
    ])("is refused if it is %s; the error names the last good one", async (_, spoil) => {
        fs.writeFileSync(workspace.checkpointFile, spoil(healthy));
        await expectRefused(KINDS, /^checkpoint .*test\.json is damaged \(.*\); .* is .*test\.json\.bak: copy it over/);
    });

    test("is refused if its format is newer; the error names the engine that can open it", async () => {
        const newer = { ...(JSON.parse(healthy) as object), version: 4, features: ["views"] };
        fs.writeFileSync(workspace.checkpointFile, JSON.stringify(newer));
        await expectRefused(
            KINDS,
            /^checkpoint .* is of version 4 with features views: .* version 3; .*--engine pulumi/,
        );
    });

    describe("with a lock", () => {
        const lock = (): string => path.join(locks(), "0f6f7ae4-7f4c-4f0c-9a5c-0d9a6a1f2b3c.json");
        const locks = (): string =>
            path.join(workspace.root, "state", ".pulumi", "locks", "organization", workspace.project, "test");
        const write = (pid: number | undefined): void => {
            const content = { pid, username: "someone", hostname: os.hostname(), timestamp: "2026-01-01T00:00:00Z" };
            fs.writeFileSync(lock(), JSON.stringify(content));
        };

        afterEach(() => fs.rmSync(lock(), { force: true }));

        test("that a living run of the official engine holds: refused, the lock stays; a preview needs none", async () => {
            write(process.pid);
            const held = /^the stack is locked by someone@.* \(pid \d+\) .*; wait for it to end, or remove .*\.json if/;
            await expectRefused(["up", "refresh", "destroy"], held);
            expect(fs.readdirSync(locks())).toEqual([path.basename(lock())]);
            expect(await embedded.run("preview", workspace)).toMatchObject({ status: 0, changes: { same: 5 } });
        });

        test("that can't be read: refused, with what to do", async () => {
            fs.writeFileSync(lock(), "");
            await expectRefused(["up"], /^lock .* is not readable \(.*\): remove it if no engine is running$/);
        });

        test("of a run that is gone: taken over and reported", async () => {
            write(spawnSync("true").pid);
            const up = await embedded.run("up", workspace);
            expect(up).toMatchObject({ status: 0, changes: { same: 5 } });
            expect(said(up)).toContainEqual(expect.stringMatching(/^The lock of someone@.* was taken over/));
            expect(fs.readdirSync(locks())).toEqual([]);
        });
    });

    describe("with an operation that the official engine was killed in", () => {
        /** As the official engine writes it ahead of the step. */
        function write(
            type: string,
            name: string,
            change: (latest: Resources, at: number) => void = () => undefined,
        ): void {
            const state = JSON.parse(healthy) as { checkpoint: Stored };
            const latest = state.checkpoint.latest as Resources;
            const at = latest.resources.findIndex(({ urn }) => urn.endsWith(`::${name}`));
            latest.pending_operations = [{ resource: { ...latest.resources[at] }, type }];
            change(latest, at);
            fs.writeFileSync(workspace.checkpointFile, JSON.stringify(state));
        }

        interface Resources {
            resources: StoredResource[];
            pending_operations: { resource: StoredResource; type: string }[];
        }

        async function expectTaken(sentence: RegExp, changes: object, log: string[]): Promise<void> {
            const before = workspace.read("log")!;
            const up = await embedded.run("up", workspace);
            expect(up).toMatchObject({ status: 0, changes });
            expect(said(up)).toContainEqual(expect.stringMatching(sentence));
            expect(workspace.read("log")!.slice(before.length).split("\n").filter(Boolean)).toEqual(log);
            expect((await workspace.checkpoint())!.latest!.pending_operations ?? []).toEqual([]);
        }

        test("creating: it is created again", async () => {
            write("creating", "extra", (latest, at) => {
                latest.resources.splice(at, 1);
                delete latest.pending_operations[0].resource.id;
                delete latest.pending_operations[0].resource.outputs;
            });
            const sentence = /^The last run ended while creating extra .*: how far that got is not known; up goes on/;
            await expectTaken(sentence, { create: 1, same: 4 }, ["create extra"]);
        });

        test("updating: it is read, and updated in any case", async () => {
            write("updating", "extra");
            const sentence = /^The last run ended while updating extra .*: how far that got is not known; up goes on/;
            await expectTaken(sentence, { update: 1, same: 4 }, []);
        });

        test.each(["reading", "importing"])("%s: that changed nothing, so it is dropped", async (type) => {
            write(type, "extra");
            const sentence = new RegExp(`^The last run ended while ${type} extra .*: nothing was changed by that`);
            await expectTaken(sentence, { same: 5 }, []);
        });

        test("deleting: it is deleted again", async () => {
            write("deleting", "extra");
            workspace.configure({ directory: workspace.files });
            const sentence = /^The last run ended while deleting extra .*: how far that got is not known; up goes on/;
            await expectTaken(sentence, { delete: 1, same: 4 }, ["delete extra-plain"]);
        });
    });
});
