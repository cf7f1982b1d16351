import { secret, UNKNOWN_VALUE } from "../../../engine/properties";
import { deploying, goal, reference, state, urnOf } from "./deploying";

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string;

describe("a resource that is new", () => {
    it("is made of its inputs, and recorded with its id and outputs, and nothing that was not said", async () => {
        const { deployment, snapshot, calls, steps } = deploying();
        const made = await deployment.register(goal("a", { size: 1 }), reference);
        expect(made).toEqual({ urn: urnOf("a"), id: "new id of a", outputs: { size: 1, made: true } });
        expect(calls).toEqual([["create", urnOf("a"), { size: 1 }, { preview: false, timeoutSeconds: undefined }]]);
        const [{ created, modified, ...rest }] = snapshot.resources();
        expect([created, modified]).toEqual([time, created]);
        const known = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
        expect(known).toEqual({
            urn: urnOf("a"),
            custom: true,
            id: "new id of a",
            type: "t:i:T",
            inputs: { size: 1 },
            outputs: { size: 1, made: true },
            provider: reference,
        });
        expect(steps()).toEqual(["create a"]);
    });

    it("is recorded with all that the program says of it, its secret outputs as such", async () => {
        const said = {
            parent: urnOf("parent", "t:i:Parent"),
            protect: true,
            dependencies: [urnOf("b")],
            propertyDependencies: { size: [urnOf("b")] },
            ignoreChanges: ["x"],
            replaceOnChanges: ["y"],
            additionalSecretOutputs: ["size", "absent"],
            customTimeouts: { create: 7 },
            retainOnDelete: true,
            deletedWith: urnOf("b"),
        };
        const { deployment, snapshot, calls } = deploying();
        await deployment.register(goal("a", { size: 1 }, said), reference);
        expect(snapshot.resources()[0]).toMatchObject({ ...said, outputs: { size: secret(1), made: true } });
        expect(snapshot.resources()[0].outputs).not.toHaveProperty("absent");
        expect(calls[0][3]).toEqual({ preview: false, timeoutSeconds: 7 });
    });

    it("has to get an id, but for in a preview", async () => {
        const provider = { create: async () => ({ id: "", outputs: {} }) };
        const real = deploying([], { provider });
        await expect(real.deployment.register(goal("a"), reference)).rejects.toThrow(
            "the provider made a, but gave it no id",
        );
        const planned = deploying([], { provider, preview: true });
        expect((await planned.deployment.register(goal("a"), reference)).id).toBeUndefined();
        const unknown = deploying([], { provider: { create: async () => ({ id: UNKNOWN_VALUE, outputs: {} }) } });
        expect((await unknown.deployment.register(goal("a"), reference)).id).toBeUndefined();
    });

    it("is made of what is known only; a preview does not mind", async () => {
        const inputs = { of: UNKNOWN_VALUE };
        await expect(deploying().deployment.register(goal("a", inputs), reference)).rejects.toThrow(
            "a depends on a resource that does not exist and is not a target",
        );
        const { deployment, calls } = deploying([], { preview: true });
        await deployment.register(goal("a", inputs), reference);
        expect(calls).toEqual([["create", urnOf("a"), inputs, { preview: true, timeoutSeconds: undefined }]]);
    });

    it("is a component where it has no provider", async () => {
        const { deployment, snapshot } = deploying();
        const made = await deployment.register(goal("a", { x: 1 }, { custom: false }), undefined);
        expect(made).toEqual({ urn: urnOf("a"), id: undefined, outputs: {} });
        expect(snapshot.resources()).toEqual([
            expect.objectContaining({ custom: false, inputs: { x: 1 }, created: time, modified: time }),
        ]);
    });
});

describe("what a run that was killed was making", () => {
    const interrupted = [{ type: "creating" as const, resource: state("a", { size: 1 }) }];

    it("is made again over what is there, where it is to be the same", async () => {
        const { deployment, calls, snapshot } = deploying([], { interrupted });
        await deployment.register(goal("a", { size: 1 }), reference);
        expect(calls.map(([name]) => name)).toEqual(["create"]);
        expect(snapshot.operations()).toEqual([]);
    });

    it("is removed first where it is to be another", async () => {
        const { deployment, calls } = deploying([], { interrupted });
        await deployment.register(goal("b", { size: 2 }), reference);
        expect(calls.map(([name]) => name)).toEqual(["create"]);
        await deployment.register(goal("a", { size: 2 }), reference);
        expect(calls.map(([name, urn]) => `${name} ${String(urn)}`)).toEqual([
            `create ${urnOf("b")}`,
            `discard ${urnOf("a")}`,
            `create ${urnOf("a")}`,
        ]);
    });
});

describe("a resource that is there", () => {
    const old = state("a", { size: 1 }, { created: "then", modified: "then" });

    it("stays as it is where nothing has changed, without a write", async () => {
        const { deployment, snapshot, calls, steps, saves } = deploying([old]);
        const kept = await deployment.register(goal("a", { size: 1 }), reference);
        expect(kept).toEqual({ urn: old.urn, id: old.id, outputs: old.outputs });
        expect([calls, steps(), saves()]).toEqual([[], ["same a"], 0]);
        expect(snapshot.resources()).toEqual([old]);
    });

    it("stays as it is where only what is said of it has changed, which is written down", async () => {
        const { deployment, snapshot, calls, steps, saves } = deploying([old]);
        await deployment.register(goal("a", { size: 1 }, { protect: true }), reference);
        expect([calls, steps(), saves()]).toEqual([[], ["same a"], 1]);
        expect(snapshot.resources()).toEqual([expect.objectContaining({ protect: true, modified: "then" })]);
    });

    it("is changed in place by its provider, which is told what was", async () => {
        const { deployment, snapshot, calls, steps } = deploying([old]);
        const more = {
            customTimeouts: { update: 9, create: 7 },
            ignoreChanges: ["x"],
            additionalSecretOutputs: ["size"],
        };
        await deployment.register(goal("a", { size: 2 }, more), reference);
        const { id, inputs, outputs } = old;
        const options = { preview: false, timeoutSeconds: 9 };
        expect(calls).toEqual([["update", old.urn, { id, inputs, outputs }, { size: 2 }, ["x"], options]]);
        expect(snapshot.resources()).toEqual([
            expect.objectContaining({
                ...{ id, inputs: { size: 2 }, outputs: { size: secret(2), made: true } },
                ...{ created: "then", modified: time },
            }),
        ]);
        expect(steps()).toEqual(["update a"]);
    });

    it("is on record as being changed before its provider is asked", async () => {
        const under: unknown[] = [];
        const set = deploying([old], {
            provider: {
                update: async () => {
                    under.push(set.snapshot.operations().map(({ type, resource }) => [type, resource.inputs]));
                    return {};
                },
            },
        });
        await set.deployment.register(goal("a", { size: 2 }), reference);
        expect(under).toEqual([[["updating", { size: 2 }]]]);
        expect(set.snapshot.operations()).toEqual([]);
    });

    it("is changed for a preview only", async () => {
        const { deployment, calls, events } = deploying([old], { preview: true });
        await deployment.register(goal("a", { size: 2 }), reference);
        expect(calls[0][5]).toEqual({ preview: true, timeoutSeconds: undefined });
        expect(events.map((event) => (event.resOutputsEvent ?? event.resourcePreEvent)?.planning)).toEqual([
            true,
            true,
        ]);
    });

    it("is changed without a provider where it is a component", async () => {
        const component = state("a", { x: 1 }, { custom: false, provider: undefined, id: undefined });
        const { deployment, calls, executor, snapshot } = deploying([component]);
        await deployment.register(goal("a", { x: 2 }, { custom: false }), undefined);
        expect([calls, executor.changes]).toEqual([[], { update: 1 }]);
        expect(snapshot.resources()).toEqual([expect.objectContaining({ inputs: { x: 2 }, modified: time })]);
    });
});
