import type { Provider } from "../../../engine/provider/provider";
import { UNKNOWN_VALUE } from "../../../engine/properties";
import { deploying, goal, providerUrn, reference, state, urnOf } from "./deploying";

/** A provider that can't change a size, and deletes first what it can't change where it is told so. */
const rigid = (deleteBeforeReplace = false): Partial<Provider> => ({
    diff: async (_urn, old, news) =>
        old.inputs.size === news.size
            ? { changes: "none", replaces: [], diffs: [], deleteBeforeReplace }
            : { changes: "some", replaces: ["size"], diffs: ["size"], deleteBeforeReplace },
});

const done = (calls: [string, ...unknown[]][]): string[] =>
    calls.map(([name, urn]) => `${name} ${String(urn).split("::").pop()!}`);

describe("a resource that can't be changed in place", () => {
    const old = state("a", { size: 1 }, { created: "then" });

    it("is made anew beside the old one, which goes last", async () => {
        const { deployment, calls, steps, snapshot, events, executor } = deploying([old], { provider: rigid() });
        const made = await deployment.register(goal("a", { size: 2 }), reference);
        expect(made.id).toBe("new id of a");
        expect(snapshot.resources().map(({ id, delete: waits }) => [id, waits])).toEqual([
            ["new id of a", undefined],
            ["id of a", true],
        ]);
        await deployment.removeRest();
        expect(done(calls)).toEqual(["create a", "delete a"]);
        expect(steps()).toEqual(["create-replacement a", "replace a", "delete-replaced a"]);
        expect(snapshot.resources()).toEqual([expect.objectContaining({ id: "new id of a" })]);
        expect(snapshot.resources()[0].created).not.toBe("then");
        const [created] = events.flatMap(({ resOutputsEvent }) => resOutputsEvent?.metadata ?? []);
        expect(created).toMatchObject({ keys: ["size"], diffs: ["size"] });
        expect(executor.changes).toEqual({ replace: 1 });
    });

    it("is deleted first where both can't be there", async () => {
        const { deployment, calls, steps, snapshot } = deploying([old], { provider: rigid(true) });
        await deployment.register(goal("a", { size: 2 }), reference);
        expect(done(calls)).toEqual(["delete a", "create a"]);
        expect(steps()).toEqual(["delete-replaced a", "replace a", "create-replacement a"]);
        expect(snapshot.resources().map(({ id }) => id)).toEqual(["new id of a"]);
    });

    it.each([
        [true, false, ["delete a", "create a"]],
        [false, true, ["create a"]],
    ])("is deleted first as the program says: %s", async (deleteBeforeReplace, providers, order) => {
        const { deployment, calls } = deploying([old], { provider: rigid(providers) });
        await deployment.register(goal("a", { size: 2 }, { deleteBeforeReplace }), reference);
        expect(done(calls)).toEqual(order);
    });

    it("takes with it what hangs on it, which is made anew as well", async () => {
        const child = state("b", { size: 7 }, { propertyDependencies: { size: [old.urn] } });
        const { deployment, calls, events } = deploying([old, child], { provider: rigid(true) });
        await deployment.register(goal("a", { size: 2 }), reference);
        expect(done(calls)).toEqual(["delete b", "delete a", "create a"]);
        await deployment.register(goal("b", { size: 7 }), reference);
        expect(done(calls).slice(3)).toEqual(["create b"]);
        const ofChild = events.flatMap(({ resOutputsEvent }) =>
            resOutputsEvent?.metadata.urn === child.urn ? [resOutputsEvent.metadata] : [],
        );
        // what forced it is told once
        expect(ofChild.map(({ op, keys, diffs }) => [op, keys, diffs])).toEqual([
            ["delete-replaced", undefined, undefined],
            ["replace", undefined, undefined],
            ["create-replacement", ["size"], undefined],
        ]);
    });

    it("is left where it is protected", async () => {
        const diff: Provider["diff"] = async () => {
            const names = ["size", "colour"];
            return { changes: "some", replaces: names, diffs: names, deleteBeforeReplace: false };
        };
        const { deployment, calls, errors } = deploying([{ ...old, protect: true }], { provider: { diff } });
        await expect(deployment.register(goal("a", { size: 2 }), reference)).rejects.toThrow();
        expect(errors()).toEqual(["a is protected and can't be replaced (because of size, colour)"]);
        expect(calls).toEqual([]);
    });

    it("is made where a run deleted it and came no further", async () => {
        const waiting = { ...old, pendingReplacement: true, protect: true };
        const { deployment, calls, snapshot } = deploying([waiting]);
        await deployment.register(goal("a", { size: 1 }), reference);
        expect(done(calls)).toEqual(["create a"]);
        expect(snapshot.resources()).toEqual([expect.objectContaining({ id: "new id of a" })]);
        expect(snapshot.resources()[0].pendingReplacement).toBeUndefined();
    });
});

describe("a resource that is deleted with another", () => {
    it("is made anew when that one is, and only then", async () => {
        const [host, guest] = [state("host", { size: 1 }), state("guest", {}, { deletedWith: urnOf("host") })];
        const again = async (size: number) => {
            const { deployment, steps, reasons } = deploying([host, guest], { provider: rigid() });
            await deployment.register(goal("host", { size }), reference);
            await deployment.register(goal("guest", {}, { deletedWith: urnOf("host") }), reference);
            return [steps(), reasons("guest")];
        };
        expect(await again(1)).toEqual([["same host", "same guest"], []]);
        expect(await again(2)).toEqual([
            ["create-replacement host", "replace host", "create-replacement guest", "replace guest"],
            ["deletedWith"],
        ]);
    });
});

describe("a resource that moves to another provider", () => {
    const other = urnOf("u", "pulumi:providers:t");
    const providers = [providerUrn, other].map((urn) =>
        state("", {}, { urn, type: "pulumi:providers:t", id: "1", provider: undefined, inputs: { host: urn } }),
    );
    const moved = async (to: string, replaces: string[], resources = providers) => {
        const asked: unknown[] = [];
        const { deployment, steps, reasons } = deploying([...resources, state("a")], {
            provider: {
                diffConfig: async (...args) => {
                    asked.push(args);
                    return { changes: "some", replaces, diffs: replaces, deleteBeforeReplace: false };
                },
            },
        });
        await deployment.register(goal("a"), to);
        return { steps: steps(), reasons: reasons("a"), asked };
    };

    it("is made anew where the new one's configuration forbids to keep it", async () => {
        const { steps, reasons, asked } = await moved(`${other}::1`, ["host"]);
        expect([steps, reasons]).toEqual([["create-replacement a", "replace a"], ["provider"]]);
        expect(asked).toEqual([[other, "1", { host: providerUrn }, { host: other }]]);
        expect((await moved(`${other}::1`, [])).steps).toEqual(["same a"]);
    });

    it("is made anew where the provider itself was", async () => {
        const { steps, asked } = await moved(`${providerUrn}::2`, []);
        expect([steps, asked]).toEqual([["create-replacement a", "replace a"], []]);
        expect((await moved(`${providerUrn}::${UNKNOWN_VALUE}`, [])).steps).toHaveLength(2);
    });

    it("stays where one of both is not known", async () => {
        for (const known of providers)
            expect(await moved(`${other}::1`, ["host"], [known])).toEqual({
                steps: ["same a"],
                reasons: [],
                asked: [],
            });
    });

    it("stays where the provider only has another name", async () => {
        const { deployment, steps } = deploying([providers[0], state("a")], {
            provider: {
                diffConfig: async () => ({
                    changes: "some",
                    replaces: ["host"],
                    diffs: [],
                    deleteBeforeReplace: false,
                }),
                diff: async () => ({ changes: "none", replaces: [], diffs: [], deleteBeforeReplace: false }),
            },
        });
        const renamed = goal(
            "u",
            { host: providerUrn },
            { urn: other, type: "pulumi:providers:t", aliases: [providerUrn] },
        );
        const { id } = await deployment.register(renamed, undefined);
        await deployment.register(goal("a"), `${other}::${id!}`);
        expect(steps().at(-1)).toBe("same a");
    });
});
