import { secret, UNKNOWN_VALUE } from "../../../engine/properties";
import type { PolicyPack } from "../../../engine/policies";
import { deploying, goal, providerUrn, reference, state, urnOf } from "./deploying";

const request = (more = {}) => ({ reference: "", version: "", pluginDownloadUrl: "", ...more });

describe("a program", () => {
    it("may not name two resources of one type alike", async () => {
        const { deployment, errors } = deploying();
        await deployment.register(goal("a"), reference);
        await expect(deployment.register(goal("a"), reference)).rejects.toThrow();
        expect(errors()).toEqual(["two resources have the name a and the type t:i:T"]);
    });

    it("finds again a resource that had another name", async () => {
        const child = state("child", {}, { parent: urnOf("old"), dependencies: [urnOf("old")] });
        const { deployment, snapshot, steps } = deploying([state("old", { size: 1 }), child]);
        await deployment.register(goal("new", { size: 1 }, { aliases: [urnOf("old")] }), reference);
        expect(steps()).toEqual(["same new"]);
        expect(snapshot.resources()).toEqual([
            expect.objectContaining({ urn: urnOf("new"), id: "id of old" }),
            expect.objectContaining({ urn: child.urn, parent: urnOf("new"), dependencies: [urnOf("new")] }),
        ]);
    });

    it("finds again what was named after it", async () => {
        const parent = state("old", {}, { custom: false, provider: undefined });
        const { deployment, steps } = deploying([
            parent,
            state("old-disk", {}, { urn: urnOf("old-disk", "t:i:T$t:i:T") }),
        ]);
        await deployment.register(goal("new", {}, { custom: false, aliases: [urnOf("old")] }), undefined);
        const disk = { urn: urnOf("new-disk", "t:i:T$t:i:T"), parent: urnOf("new") };
        await deployment.register(goal("new-disk", {}, disk), reference);
        expect(steps().at(-1)).toBe("same new-disk");
    });

    it("is told once of what failed, with the resource", async () => {
        const provider = { create: async () => Promise.reject(new Error("the disk is full")) };
        const { deployment, errors, events, executor } = deploying([], { provider });
        const failed: unknown = await deployment.register(goal("a"), reference).catch((error: unknown) => error);
        deployment.fail(failed as Error);
        expect(errors()).toEqual(["the disk is full"]);
        const failures = events.flatMap(({ resOpFailedEvent }) => resOpFailedEvent?.metadata ?? []);
        expect(failures.map(({ op, urn }) => [op, urn])).toEqual([["create", urnOf("a")]]);
        await expect(deployment.register(goal("b"), reference)).rejects.toThrow("the operation was stopped");
        expect(errors()).toHaveLength(1);
        expect(executor.failed).toBe(true);
    });
});

test("what a provider refuses is told of as what could not be made", async () => {
    const failures = [{ property: "size", reason: "is too large" }];
    const { deployment, events } = deploying([state("a")], {
        provider: { check: async () => ({ inputs: {}, failures }) },
    });
    await expect(deployment.register(goal("a", { size: 9 }), reference)).rejects.toThrow("a: size: is too large");
    const [metadata] = events.flatMap(({ resOpFailedEvent }) => resOpFailedEvent?.metadata ?? []);
    expect(metadata).toMatchObject({ op: "create", urn: urnOf("a"), new: { inputs: { size: 9 } } });
});

describe("an update that a killed run left half done", () => {
    const old = state("a", { size: 1 });
    const interrupted = [{ type: "updating" as const, resource: old }];

    it("is looked at, and done again even where all looks well", async () => {
        const found = { id: "found", inputs: { size: 1 }, outputs: { size: 1, pin: "1" } };
        const read = jest.fn(async () => found);
        const told = { ...old, customTimeouts: { read: 5 }, additionalSecretOutputs: ["pin"] };
        const { deployment, calls, steps } = deploying([told], { interrupted, provider: { read } });
        await deployment.register(goal("a", { size: 1 }), reference);
        expect(read).toHaveBeenCalledWith(old.urn, { id: old.id, inputs: old.inputs, outputs: old.outputs }, 5);
        expect(steps()).toEqual(["update a"]);
        const before = { ...found, outputs: { size: 1, pin: secret("1") } };
        expect(calls.filter(([name]) => name === "update")[0][2]).toEqual(before);
    });

    it("is known to be half done until it is done again", async () => {
        const update = async () => Promise.reject(new Error("no"));
        const { deployment, snapshot } = deploying([old], { interrupted, provider: { update } });
        await expect(deployment.register(goal("a", { size: 2 }), reference)).rejects.toThrow("no");
        expect(snapshot.resources()).toEqual([{ ...old, initErrors: ["its last update was interrupted"] }]);
    });

    it("is done anew where nothing is left", async () => {
        const { deployment, steps, snapshot } = deploying([old], {
            interrupted,
            provider: { read: async () => undefined },
        });
        await deployment.register(goal("a", { size: 1 }), reference);
        expect(steps()).toEqual(["create a"]);
        expect(snapshot.operations()).toEqual([]);
    });
});

describe("of a run for certain targets", () => {
    it("what is none stays as it is, and is not made where it is not there", async () => {
        const there = state("there", { size: 1 });
        const { deployment, calls, snapshot, steps } = deploying([there], { targets: [urnOf("meant")] });
        expect(await deployment.register(goal("there", { size: 2 }), reference)).toEqual({
            ...{ urn: there.urn, id: there.id, outputs: there.outputs },
        });
        expect(await deployment.register(goal("absent", { size: 2 }), reference)).toEqual({
            ...{ urn: urnOf("absent"), outputs: { size: 2 }, unknown: true },
        });
        expect(calls).toEqual([]);
        await deployment.register(goal("meant"), reference);
        await deployment.register(goal("component", {}, { custom: false }), undefined);
        expect(steps()).toEqual(["same there", "same absent", "create meant"]);
        expect(snapshot.resources().map(({ urn }) => urn.split("::").pop())).toEqual(["there", "meant", "component"]);
    });

    it("only the targets that the program gave up are removed, and no provider", async () => {
        const provider = state("", {}, { urn: providerUrn, type: "pulumi:providers:t", provider: undefined });
        const { deployment, snapshot, calls } = deploying([provider, state("a"), state("b")], {
            targets: [urnOf("a"), providerUrn],
        });
        await deployment.removeRest();
        expect(calls.map(([name, urn]) => [name, urn])).toEqual([["delete", urnOf("a")]]);
        expect(snapshot.resources().map(({ urn }) => urn)).toEqual([providerUrn, urnOf("b")]);
    });

    it("without any, all goes that the program gave up, and what a killed run was making", async () => {
        const interrupted = [{ type: "creating" as const, resource: state("half") }];
        const { deployment, snapshot, calls } = deploying([state("a")], { interrupted });
        await deployment.removeRest();
        expect(calls.map(([name, urn]) => [name, urn]).sort()).toEqual([
            ["delete", urnOf("a")],
            ["discard", urnOf("half")],
        ]);
        expect([snapshot.resources(), snapshot.operations()]).toEqual([[], []]);
    });
});

describe("a policy that is broken", () => {
    const analyze = jest.fn(() => ["a is too large", "a has no owner"]);
    const deployment = { policies: { analyze } as unknown as PolicyPack };

    it("keeps a resource from being made; a preview goes on", async () => {
        const real = deploying([], { deployment });
        await expect(real.deployment.register(goal("a", { size: 9 }), reference)).rejects.toThrow(
            "a is too large\na has no owner",
        );
        expect(real.calls).toEqual([]);
        expect(analyze).toHaveBeenCalledWith({ urn: urnOf("a"), type: "t:i:T", properties: { size: 9 } });
        analyze.mockReturnValueOnce(["a is too large"]);
        await expect(deploying([], { deployment }).deployment.register(goal("a"), reference)).rejects.toThrow();
        const planned = deploying([], { deployment, preview: true });
        await planned.deployment.register(goal("a", { size: 9 }), reference);
        expect(planned.steps()).toEqual(["create a"]);
    });
});

describe("a provider that the program does not name", () => {
    const config = { values: { "t:host": "h", "t:token": "x", "u:host": "other" }, secretKeys: ["t:token"] };
    const inputsOf = async (type: string, more = {}) => {
        const { deployment, used, snapshot } = deploying([], { deployment: { config } });
        const found = await deployment.providerFor(type, request(more));
        expect(await deployment.providerFor(type, request(more))).toBe(found);
        expect(snapshot.resources()).toHaveLength(1);
        const [{ custom, protect, retainOnDelete }] = snapshot.resources();
        expect([custom, protect, retainOnDelete]).toEqual([true, undefined, undefined]);
        const [[urn, inputs]] = used;
        expect(found).toBe(`${urn}::${snapshot.resources()[0].id!}`);
        return { urn, inputs };
    };

    it("is made once, of the package's own configuration", async () => {
        expect(await inputsOf("t:i:T")).toEqual({
            urn: urnOf("default", "pulumi:providers:t"),
            inputs: { host: "h", token: secret("x") },
        });
    });

    it("has its version and the address of its plugin in its name", async () => {
        expect(await inputsOf("u:i:T", { version: "1.2.3", pluginDownloadUrl: "https://u.example/a b" })).toEqual({
            urn: urnOf("default_1_2_3_https_//u.example/a_b", "pulumi:providers:u"),
            inputs: { host: "other", version: "1.2.3", __internal: { pluginDownloadURL: "https://u.example/a b" } },
        });
    });

    it("of dynamic resources sees the configuration of all, by its full names", async () => {
        expect(await inputsOf("pulumi-nodejs:dynamic:Resource")).toEqual({
            urn: urnOf("default", "pulumi:providers:pulumi-nodejs"),
            inputs: { "t:host": "h", "t:token": secret("x"), "u:host": "other" },
        });
    });

    it("is another for another version, and none where the program names one", async () => {
        const { deployment } = deploying();
        const one = await deployment.providerFor("t:i:T", request({ version: "1" }));
        expect(await deployment.providerFor("t:i:T", request({ version: "2" }))).not.toBe(one);
        expect(await deployment.providerFor("t:i:T", request({ reference: "r::1" }))).toBe("r::1");
    });

    it("is not known yet in a preview", async () => {
        const { deployment } = deploying([], { preview: true });
        const found = await deployment.providerFor("t:i:T", request());
        expect(found).toBe(`${urnOf("default", "pulumi:providers:t")}::${UNKNOWN_VALUE}`);
    });
});

describe("a resource that is only looked up", () => {
    const wanted = (more = {}) => ({
        urn: urnOf("a"),
        type: "t:i:T",
        id: "7",
        inputs: {},
        dependencies: [] as string[],
        additionalSecretOutputs: [] as string[],
        provider: request({ reference }),
        ...more,
    });

    it("is read by its provider and recorded as another's", async () => {
        const read = jest.fn(async () => ({ id: "8", inputs: {}, outputs: { pin: "1", size: 2 } }));
        const { deployment, snapshot } = deploying([], { provider: { read } });
        const more = {
            inputs: { x: 1 },
            dependencies: [urnOf("b")],
            additionalSecretOutputs: ["pin"],
            parent: urnOf("p"),
        };
        const found = await deployment.read(wanted(more));
        const outputs = { pin: secret("1"), size: 2 };
        expect(found).toEqual({ urn: urnOf("a"), id: "7", outputs });
        expect(read).toHaveBeenCalledWith(urnOf("a"), { id: "7", inputs: { x: 1 }, outputs: {} });
        expect(snapshot.resources()).toEqual([
            {
                ...{ urn: urnOf("a"), type: "t:i:T", custom: true, external: true, id: "8", inputs: { x: 1 }, outputs },
                ...{ parent: urnOf("p"), dependencies: [urnOf("b")], provider: reference },
                additionalSecretOutputs: ["pin"],
            },
        ]);
    });

    it("has no list that is empty", async () => {
        const { deployment, snapshot } = deploying();
        await deployment.read(wanted());
        const [{ dependencies, additionalSecretOutputs }] = snapshot.resources();
        expect([dependencies, additionalSecretOutputs]).toEqual([undefined, undefined]);
    });

    it("takes the place of what the state had of it", async () => {
        const { deployment, snapshot, steps } = deploying([state("a")]);
        await deployment.read(wanted());
        expect([snapshot.resources().length, steps()]).toEqual([1, ["read a"]]);
    });

    it("has to be there", async () => {
        const { deployment } = deploying([], { provider: { read: async () => undefined } });
        await expect(deployment.read(wanted())).rejects.toThrow("a (t:i:T) with id '7' does not exist");
    });

    it("is not looked for by an id that is not known yet", async () => {
        const { deployment, calls } = deploying();
        const found = await deployment.read(wanted({ id: UNKNOWN_VALUE }));
        expect([found, calls]).toEqual([{ urn: urnOf("a"), outputs: {}, unknown: true }, []]);
    });

    it("is none of the engine's own", async () => {
        await expect(deploying().deployment.read(wanted({ type: "pulumi:pulumi:StackReference" }))).rejects.toThrow(
            "a: the embedded engine does not support 'pulumi:pulumi:StackReference'",
        );
    });
});

describe("a function", () => {
    it("is asked of its provider", async () => {
        const { deployment, calls } = deploying();
        expect(await deployment.invoke("t:i:f", { x: 1 }, request({ reference }))).toEqual({
            ...{ result: { answer: 1 }, failures: [] },
        });
        expect(calls).toEqual([["invoke", "t:i:f", { x: 1 }]]);
    });

    it("is none of the engine's own", async () => {
        await expect(deploying().deployment.invoke("pulumi:pulumi:getResource", {}, request())).rejects.toThrow(
            "the embedded engine does not support 'pulumi:pulumi:getResource'",
        );
    });
});

describe("the outputs of a component", () => {
    const register = async (before: object) => {
        const set = deploying();
        await set.deployment.register(goal("c", {}, { custom: false }), undefined);
        await set.deployment.registerOutputs(urnOf("c"), before as never);
        return set;
    };

    it("are written down and told when the component is complete", async () => {
        const { snapshot, steps, saves, events } = await register({ port: 1 });
        expect(snapshot.resources()).toEqual([expect.objectContaining({ outputs: { port: 1 } })]);
        expect([steps(), saves()]).toEqual([["create c"], 2]);
        expect(events.at(-1)?.resOutputsEvent?.metadata.new?.outputs).toEqual({ port: 1 });
    });

    it("are not written again where they are the same", async () => {
        const { saves, steps } = await register({});
        expect([steps(), saves()]).toEqual([["create c"], 1]);
    });

    it("are those of a resource that is registered", async () => {
        await expect(deploying().deployment.registerOutputs(urnOf("c"), {})).rejects.toThrow(
            `outputs were registered for ${urnOf("c")}, which is not registered itself`,
        );
    });
});
