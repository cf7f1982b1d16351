import { UnreachableError } from "../../../clients/unreachable";
import { secret } from "../../../engine/properties";
import type { OldResource, Provider } from "../../../engine/provider/provider";
import { Refresh } from "../../../engine/refresh";
import type { ResourceState } from "../../../engine/state";
import { deploying, providerUrn, state, urnOf } from "./deploying";

async function refreshed(resources: ResourceState[], read: Provider["read"], targets: string[] = []) {
    const set = deploying(resources, { provider: { read } });
    await new Refresh(set.executor, set.registry, new Set(targets)).run();
    return set;
}

const asIs: Provider["read"] = async (_urn, old) => old;
const found =
    (more: Partial<OldResource>): Provider["read"] =>
    async (_urn, old) => ({ ...old, ...more });

describe("a resource that is looked at", () => {
    const old = state("a", { size: 1 }, { modified: "then" });

    it("is read with what the state knows, in the time that it may take", async () => {
        const read = jest.fn(asIs);
        const { snapshot, steps } = await refreshed([{ ...old, customTimeouts: { read: 5 } }], read);
        const { urn, id, inputs, outputs } = old;
        expect(read.mock.calls).toEqual([[urn, { id, inputs, outputs }, 5]]);
        expect(steps()).toEqual(["same a"]);
        expect(snapshot.resources()[0].modified).toBe("then");
    });

    it("has drifted where an up would change it back", async () => {
        const read = found({ inputs: { size: 2 }, outputs: { size: 2, made: true } });
        const { snapshot, steps, executor, events } = await refreshed([old], read);
        expect([steps(), executor.changes]).toEqual([["update a"], { update: 1 }]);
        expect(snapshot.resources()).toEqual([
            expect.objectContaining({ inputs: { size: 2 }, outputs: { size: 2, made: true } }),
        ]);
        expect(snapshot.resources()[0].modified).not.toBe("then");
        const [before, after] = events.map((event) => (event.resourcePreEvent ?? event.resOutputsEvent)!.metadata);
        expect(before.op).toBe("refresh");
        expect(after).toMatchObject({ op: "update", diffs: ["size"] });
        // what is found is no step of its own
        expect(after).not.toHaveProperty("logical");
    });

    it("has not drifted where an up would change nothing, but is recorded as it is", async () => {
        const read = found({ outputs: { size: 1, made: true, seen: 7 } });
        const { snapshot, steps } = await refreshed([old], read);
        expect(steps()).toEqual(["same a"]);
        expect(snapshot.resources()[0].outputs).toEqual({ size: 1, made: true, seen: 7 });
    });

    it("keeps its secret outputs secret", async () => {
        const told = { ...old, additionalSecretOutputs: ["pin"] };
        const { snapshot } = await refreshed([told], found({ outputs: { pin: "1" } }));
        expect(snapshot.resources()[0].outputs).toEqual({ pin: secret("1") });
    });

    it("stays in the state where its server can't be reached, with a warning", async () => {
        const { snapshot, steps, events } = await refreshed([old], async () => {
            throw new UnreachableError("no connection to Docker");
        });
        expect([snapshot.resources(), steps()]).toEqual([[old], ["same a"]]);
        expect(events.flatMap(({ diagnosticEvent }) => diagnosticEvent ?? [])).toEqual([
            {
                ...{ urn: old.urn, severity: "warning", color: "never" },
                message: "a is kept as the state has it: no connection to Docker",
            },
        ]);
    });

    it("fails the run where the look itself fails, and the others are looked at all the same", async () => {
        const others = ["b", "c", "d", "e", "f"].map((name) => state(name, {}, { dependencies: [old.urn] }));
        const { executor, errors, snapshot, steps } = await refreshed([old, ...others], async (urn, before) => {
            if (urn === old.urn) throw new Error("refused");
            return before;
        });
        expect([executor.failed, errors()]).toEqual([true, ["refused"]]);
        expect(steps()).toEqual(["same b", "same c", "same d", "same e", "same f"]);
        expect(snapshot.resources()).toEqual([old, ...others]);
    });
});

describe("a resource that is gone", () => {
    const gone = state("gone");
    const read: Provider["read"] = async (urn, old) => (urn === gone.urn ? undefined : old);

    it("leaves the state, and with it what refers to it", async () => {
        const other = urnOf("other");
        const left = state(
            "left",
            {},
            {
                ...{ parent: gone.urn, deletedWith: gone.urn, dependencies: [other, gone.urn] },
                propertyDependencies: { one: [gone.urn], both: [gone.urn, other], none: [] },
            },
        );
        const { snapshot, steps, saves, executor } = await refreshed([gone, left], read);
        expect(steps().sort()).toEqual(["delete gone", "same left"]);
        expect(executor.changes).toEqual({ delete: 1, same: 1 });
        expect(snapshot.resources()).toEqual([
            {
                ...left,
                ...{ parent: undefined, deletedWith: undefined },
                ...{ dependencies: [other], propertyDependencies: { both: [other] } },
            },
        ]);
        expect(saves()).toBeGreaterThan(0);
    });

    it("leaves no empty lists", async () => {
        const left = state("left", {}, { dependencies: [gone.urn], propertyDependencies: { one: [gone.urn] } });
        const { snapshot } = await refreshed([gone, left], read);
        const [{ dependencies, propertyDependencies }] = snapshot.resources();
        expect([dependencies, propertyDependencies]).toEqual([undefined, undefined]);
    });

    it("takes no reference to another with it", async () => {
        const more = { parent: urnOf("p"), deletedWith: urnOf("p"), dependencies: [urnOf("p")] };
        const left = state("left", {}, more);
        const { snapshot } = await refreshed([gone, left], read);
        expect(snapshot.resources()).toEqual([left]);
    });
});

describe("what is not looked at", () => {
    it.each<[string, ResourceState]>([
        ["a component", state("a", {}, { custom: false, provider: undefined })],
        ["a provider", state("", {}, { urn: providerUrn, type: "pulumi:providers:t", provider: undefined })],
        ["what is deleted already", state("a", {}, { pendingReplacement: true })],
    ])("%s", async (_what, resource) => {
        const read = jest.fn(asIs);
        const { snapshot } = await refreshed([resource], read);
        expect(read).not.toHaveBeenCalled();
        expect(snapshot.resources()).toEqual([resource]);
    });

    it("what waits for its deletion, and what is no target", async () => {
        const read = jest.fn(asIs);
        const { steps } = await refreshed([state("waits", {}, { delete: true })], read);
        expect(steps()).toEqual([]);
        const targeted = await refreshed([state("a"), state("b")], read, [urnOf("b")]);
        expect(targeted.steps()).toEqual(["same b"]);
        expect(read.mock.calls.map(([urn]) => urn)).toEqual([urnOf("b")]);
    });
});
