import { EventStream, type EngineEvent } from "../../../engine/events";
import { Executor } from "../../../engine/executor";
import type { Provider } from "../../../engine/provider/provider";
import type { ProviderRegistry } from "../../../engine/provider/registry";
import { Removal } from "../../../engine/removal";
import { Snapshot, type ResourceState } from "../../../engine/state";

const urn = (name: string): string => `urn:pulumi:s::p::t:i:T::${name}`;

function resource(name: string, more: Partial<ResourceState> = {}): ResourceState {
    return {
        urn: urn(name),
        custom: true,
        id: name,
        type: "t:i:T",
        inputs: {},
        outputs: {},
        provider: "p::1",
        ...more,
    };
}

function setUp(resources: ResourceState[], fails: string[] = [], preview = false) {
    const deleted: string[] = [];
    const events: EngineEvent[] = [];
    const saves: string[][] = [];
    const snapshot = new Snapshot(resources);
    const pendingNow = (): string[] => [...snapshot.pending.values()].map(({ type, resource: r }) => `${type} ${r.id}`);
    const provider = {
        async delete(_urn: string, { id }: { id: string }) {
            await new Promise((wake) => setImmediate(wake));
            if (fails.includes(id)) throw new Error(`${id} can't be deleted`);
            deleted.push(id);
        },
    } as unknown as Provider;
    const registry = { get: async () => provider } as unknown as ProviderRegistry;
    const stream = new EventStream((event) => events.push(event));
    const save = async (): Promise<void> => void saves.push(pendingNow());
    const executor = new Executor(snapshot, stream, preview, 4, save);
    executor.keepGoing = true;
    return { removal: new Removal(executor, registry), executor, snapshot, deleted, events, saves };
}

describe("removing resources", () => {
    test("nothing goes before what depends on it, by whichever kind of dependency", async () => {
        const all = [
            resource("base"),
            resource("by-dependency", { dependencies: [urn("base")] }),
            resource("by-property", { propertyDependencies: { a: [urn("by-dependency")] } }),
            resource("by-parent", { parent: urn("by-property") }),
            resource("by-provider", { provider: `${urn("by-parent")}::by-parent` }),
        ];
        const { removal, deleted, snapshot } = setUp(all);
        await removal.removeAll(all);
        expect(deleted).toEqual(["by-provider", "by-parent", "by-property", "by-dependency", "base"]);
        expect(snapshot.resources()).toEqual([]);
    });

    test("when one can't be deleted, what it needs stays and the others go", async () => {
        const all = [resource("base"), resource("stuck", { dependencies: [urn("base")] }), resource("other")];
        const { removal, executor, deleted, snapshot, events } = setUp(all, ["stuck"]);
        await removal.removeAll(all);
        expect(deleted).toEqual(["other"]);
        expect(snapshot.resources().map(({ id }) => id)).toEqual(["base", "stuck"]);
        expect(executor.failed).toBe(true);
        expect(events.map(({ diagnosticEvent }) => diagnosticEvent?.message)).toContain("stuck can't be deleted");
    });

    test("each deletion is on record before it begins, and its outcome after", async () => {
        const all = [resource("one")];
        const { removal, saves } = setUp(all);
        await removal.removeAll(all);
        expect(saves).toEqual([["deleting one"], []]);
    });

    test("a protected one stays, with what it depends on", async () => {
        const all = [
            resource("one"),
            resource("guarded", { protect: true, dependencies: [urn("one")] }),
            resource("two"),
        ];
        const { removal, deleted, events } = setUp(all);
        await removal.removeAll(all);
        expect(deleted).toEqual(["two"]);
        const said = events.map(({ diagnosticEvent }) => diagnosticEvent?.message).join();
        expect(said).toContain("guarded is protected and can't be deleted: lift its protection");
    });

    test("a replaced resource and its successor, with dependencies the other way round, go without waiting for each other", async () => {
        const all = [
            resource("b", { id: "new b" }),
            resource("a", { id: "new a", dependencies: [urn("b")] }),
            resource("a", { id: "old a", delete: true }),
            resource("b", { id: "old b", delete: true, dependencies: [urn("a")] }),
        ];
        const { removal, deleted } = setUp(all);
        await removal.removeAll(all);
        expect(deleted.sort()).toEqual(["new a", "new b", "old a", "old b"]);
    });

    test("external, retained, and already deleted ones are dropped without their provider; a preview deletes nothing", async () => {
        const all = [
            resource("read", { external: true }),
            resource("retained", { retainOnDelete: true }),
            resource("gone", { pendingReplacement: true }),
        ];
        const { removal, deleted, snapshot, executor } = setUp(all);
        await removal.removeAll(all);
        expect([deleted, snapshot.resources()]).toEqual([[], []]);
        expect(executor.changes).toEqual({ discard: 1, delete: 1 });

        const preview = setUp([resource("one")], [], true);
        await preview.removal.removeAll([...preview.snapshot.resources()]);
        expect([preview.deleted, preview.executor.changes]).toEqual([[], { delete: 1 }]);
    });
});
