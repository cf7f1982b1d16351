import { EventStream, type EngineEvent } from "../../../engine/events";
import { Executor, StoppedError } from "../../../engine/executor";
import { secret } from "../../../engine/properties";
import { InitError } from "../../../engine/provider/provider";
import { Snapshot, type ResourceState } from "../../../engine/state";

function resource(name: string): ResourceState {
    const inputs = { pin: secret("1234"), __provider: "code" };
    return { urn: `urn:pulumi:s::p::t:i:T::${name}`, custom: true, type: "t:i:T", inputs, outputs: {} };
}

function setUp(parallel = 2) {
    const events: EngineEvent[] = [];
    const snapshot = new Snapshot([]);
    const saved: string[] = [];
    const save = async (): Promise<void> => {
        const pending = [...snapshot.pending.values()].map(({ type }) => type);
        saved.push([...snapshot.resources().map(({ id }) => id ?? ""), ...pending].join(" "));
    };
    const executor = new Executor(snapshot, new EventStream((event) => events.push(event)), false, parallel, save);
    const create = (name: string, act: () => Promise<ResourceState | undefined>) =>
        executor.run({ op: "create", new: resource(name), pending: "creating" }, act, (state) => snapshot.add(state!));
    return { executor, events, saved, create, snapshot };
}

const turn = (): Promise<void> => new Promise((wake) => setImmediate(wake));

describe("running steps", () => {
    test("a step is on record before it begins, and its result before it is reported", async () => {
        const { create, saved, events, executor } = setUp();
        await create("one", async () => {
            expect(saved).toEqual(["creating"]);
            return { ...resource("one"), id: "one" };
        });
        expect(saved).toEqual(["creating", "one"]);
        expect(events.map((event) => Object.keys(event)[2])).toEqual(["resourcePreEvent", "resOutputsEvent"]);
        expect(executor.changes).toEqual({ create: 1 });
        expect(JSON.stringify(events)).not.toMatch(/1234|__provider/);
    });

    test("no more steps at a time than allowed", async () => {
        const { create } = setUp(2);
        let running = 0;
        let most = 0;
        const work = async (): Promise<ResourceState> => {
            most = Math.max(most, ++running);
            await turn();
            running--;
            return resource("x");
        };
        await Promise.all(["a", "b", "c", "d", "e"].map((name) => create(name, work)));
        expect(most).toBe(2);
    });

    test("after a failure what runs is finished and recorded, and nothing else begins", async () => {
        const { create, executor, snapshot } = setUp(2);
        let finish: () => void = () => undefined;
        const long = create("long", async () => {
            await new Promise<void>((resolve) => (finish = resolve));
            return { ...resource("long"), id: "long" };
        });
        const failing = create("failing", async () => {
            throw new Error("no");
        });
        const waiting = create("waiting", async () => resource("waiting"));
        await expect(failing).rejects.toThrow("no");
        await expect(waiting).rejects.toThrow(StoppedError);
        let ended = false;
        void executor.ended.then(() => (ended = true));
        await turn();
        expect(ended).toBe(false);
        finish();
        await long;
        await executor.ended;
        expect(snapshot.resources().map(({ id }) => id)).toEqual(["long"]);
        expect(executor.failed).toBe(true);
    });

    test("each differing property is reported as added, changed or removed, and as replacing or not", async () => {
        const { executor, events } = setUp();
        const before = { ...resource("one"), inputs: { kept: 1, gone: 2, changed: 3, __provider: "old" } };
        const after = { ...resource("one"), inputs: { kept: 1, changed: 4, added: 5, __provider: "new" } };
        const diffs = ["gone", "changed", "added", "__provider"];
        const act = async (): Promise<ResourceState> => after;
        await executor.run(
            { op: "update", old: before, new: after, diffs, replaces: ["changed"] },
            act,
            () => undefined,
        );
        await executor.run(
            { op: "delete-replaced", old: before, diffs: [] },
            async () => undefined,
            () => undefined,
        );
        const [update, , removal] = events.map((event) => event.resourcePreEvent?.metadata);
        expect(update).toMatchObject({
            logical: true,
            keys: ["changed"],
            diffs: ["gone", "changed", "added"],
            detailedDiff: {
                gone: { diffKind: "delete", inputDiff: true },
                changed: { diffKind: "update-replace", inputDiff: true },
                added: { diffKind: "add", inputDiff: true },
            },
        });
        // a part of a replacement is no step of its own
        expect(removal).toMatchObject({ op: "delete-replaced", detailedDiff: null });
        for (const absent of ["logical", "keys", "diffs"]) expect(removal).not.toHaveProperty(absent);
        expect(executor.changes).toEqual({ update: 1 });
    });

    test("a half-made resource is recorded with what is wrong with it", async () => {
        const { create, snapshot } = setUp();
        const failing = create("half", async () => {
            throw new InitError("half-id", { disk: "made" }, ["it does not start"], "it does not start");
        });
        await expect(failing).rejects.toThrow("it does not start");
        expect(snapshot.resources()).toEqual([
            expect.objectContaining({ id: "half-id", outputs: { disk: "made" }, initErrors: ["it does not start"] }),
        ]);
    });
});
