import { Snapshot, type PendingOperation, type ResourceState } from "../../../engine/state";

const resource = (name: string, inputs = {}): ResourceState => ({
    urn: `urn:pulumi:dev::demo::test:index:Thing::${name}`,
    custom: true,
    type: "test:index:Thing",
    inputs,
    outputs: {},
});

const names = (operations: PendingOperation[]): string[] =>
    operations.map(({ type, resource: { urn } }) => `${type} ${urn.split("::").at(-1)}`);

describe("operations of a run that was killed", () => {
    const made = resource("made", { size: 1 });
    const updated = resource("updated");
    const interrupted: PendingOperation[] = [
        { type: "creating", resource: made },
        { type: "updating", resource: updated },
        { type: "deleting", resource: resource("deleted") },
    ];
    let snapshot: Snapshot;

    beforeEach(() => (snapshot = new Snapshot([updated], interrupted)));

    it("stay on record, but for deletions, which are asked for again", () => {
        expect(names(snapshot.operations())).toEqual(["creating made", "updating updated"]);
        expect(snapshot.halfMade()).toEqual([made]);
        expect([snapshot.isHalfUpdated(updated), snapshot.isHalfUpdated(made)]).toEqual([true, false]);
    });

    it("are taken over by creating the same again, not by creating another", () => {
        snapshot.begin("creating", resource("made", { size: 2 }));
        expect(names(snapshot.operations())).toEqual(["creating made", "updating updated", "creating made"]);
        snapshot.begin("creating", resource("made", { size: 1 }));
        expect(snapshot.halfMade()).toEqual([]);
        expect(snapshot.operations()).toHaveLength(3);
    });

    it("are settled when the updated resource is, and by hand", () => {
        snapshot.add(resource("updated", { size: 1 }), updated);
        snapshot.settle(({ resource: one }) => one === made);
        expect(snapshot.operations()).toEqual([]);
    });

    it("grow by one that gets no answer, but for a deletion", () => {
        snapshot.interrupt(snapshot.begin("creating", resource("lost")));
        snapshot.interrupt(snapshot.begin("deleting", resource("gone")));
        expect(names(snapshot.operations())).toEqual(["creating made", "updating updated", "creating lost"]);
    });
});
