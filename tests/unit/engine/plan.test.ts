import type { Provider } from "../../../engine/provider/provider";
import type { PropertyMap } from "../../../engine/properties";
import { diffResource, planStep } from "../../../engine/steps";
import { goal, state } from "./deploying";

type Said = Partial<Awaited<ReturnType<Provider["diff"]>>>;

/** A provider that says this of every difference, and fills in a default that tells what it was shown. */
function provider(said: Said = {}) {
    const check = jest.fn(async (_urn: string, olds: PropertyMap, news: PropertyMap) => ({
        inputs: { ...news, filledIn: Object.keys(olds).length },
        failures: [] as { property: string; reason: string }[],
    }));
    const diff = jest.fn(async () => ({
        ...{ changes: "none" as const, replaces: [], diffs: [], deleteBeforeReplace: false },
        ...said,
    }));
    return { check, diff } as unknown as Omit<Provider, "check" | "diff"> & { check: typeof check; diff: typeof diff };
}

const old = state("a", { size: 1, colour: "red" });

describe("what is planned for a component", () => {
    it.each([
        ["create", undefined, { op: "create", inputs: { x: 1 } }],
        ["same", { x: 1 }, { op: "same", inputs: { x: 1 } }],
        ["update", { x: 2 }, { op: "update", inputs: { x: 1 }, diffs: [] }],
    ])("%s", async (_op, before, plan) => {
        const known = before && state("a", before);
        expect(await planStep(goal("a", { x: 1 }), known, undefined, undefined)).toEqual(plan);
    });
});

describe("what is planned for a resource", () => {
    it("to be made: what its provider makes of the inputs", async () => {
        const asked = provider();
        const plan = { op: "create", inputs: { x: 1, filledIn: 0 } };
        expect(await planStep(goal("a", { x: 1 }), undefined, asked, undefined)).toEqual(plan);
        expect(asked.diff).not.toHaveBeenCalled();
    });

    it("to be made: what was only looked up before", async () => {
        const plan = await planStep(goal("a", { x: 1 }), { ...old, external: true }, provider(), undefined);
        expect(plan.op).toBe("create");
    });

    it("nothing, where its provider sees no change", async () => {
        const asked = provider();
        const ignoreChanges = ["colour"];
        expect(await planStep(goal("a", { size: 2 }, { ignoreChanges }), old, asked, undefined)).toEqual({
            ...{ op: "same", inputs: { size: 2, colour: "red", filledIn: 2 } },
        });
        const before = { id: old.id, inputs: old.inputs, outputs: old.outputs };
        const now = { size: 2, colour: "red", filledIn: 2 };
        expect(asked.diff).toHaveBeenCalledWith(old.urn, before, now, ignoreChanges);
    });

    it("an update, where its provider sees a change, or where it was left half-made", async () => {
        const asked = provider({ changes: "some", diffs: ["size"] });
        expect(await planStep(goal("a", { size: 2 }), old, asked, undefined)).toEqual({
            ...{ op: "update", inputs: { size: 2, filledIn: 2 }, diffs: ["size"] },
        });
        const half = await planStep(goal("a"), { ...old, initErrors: ["no"] }, provider(), undefined);
        expect(half).toMatchObject({ op: "update", diffs: [] });
        const whole = await planStep(goal("a"), { ...old, initErrors: [] }, provider(), undefined);
        expect(whole.op).toBe("same");
    });

    it("a replacement, whose inputs owe nothing to the old one", async () => {
        const asked = provider({ changes: "some", diffs: ["size"], replaces: ["size"] });
        expect(await planStep(goal("a", { size: 2 }), old, asked, undefined)).toEqual({
            ...{ op: "replace", inputs: { size: 2, filledIn: 0 }, diffs: ["size"], replaces: ["size"] },
            deleteFirst: false,
        });
    });

    it.each([
        [undefined, true, true],
        [false, true, false],
        [true, false, true],
    ])("a replacement, deleted first as the program, else the provider, says: %s, %s", async (program, own, first) => {
        const asked = provider({ changes: "some", replaces: ["size"], deleteBeforeReplace: own });
        const wanted = goal("a", {}, { deleteBeforeReplace: program });
        expect(await planStep(wanted, old, asked, undefined)).toMatchObject({ op: "replace", deleteFirst: first });
    });

    it.each([
        [["size"], ["size"]],
        [["size[*]"], ["size"]],
        [["*"], ["size", "colour"]],
        [["other"], undefined],
    ])("a replacement where the program wants it for %j", async (replaceOnChanges, replaces) => {
        const asked = provider({ changes: "some", diffs: ["size", "colour"] });
        const plan = await planStep(goal("a", {}, { replaceOnChanges }), old, asked, undefined);
        expect(plan).toMatchObject(replaces ? { op: "replace", replaces } : { op: "update" });
    });

    it("no replacement for what its provider only mentions", async () => {
        const asked = provider({ changes: "none", diffs: ["size"] });
        expect((await planStep(goal("a", {}, { replaceOnChanges: ["*"] }), old, asked, undefined)).op).toBe("same");
    });

    it("a replacement that names each reason once", async () => {
        const asked = provider({ changes: "some", diffs: ["size"], replaces: ["size", "colour"] });
        const plan = await planStep(goal("a", {}, { replaceOnChanges: ["size"] }), old, asked, undefined);
        expect(plan).toMatchObject({ replaces: ["size", "colour"] });
    });

    it("a replacement that is forced, whatever its provider would say", async () => {
        const asked = provider();
        expect(await planStep(goal("a"), old, asked, "deletedWith")).toMatchObject({
            ...{ op: "replace", replaces: ["deletedWith"], diffs: [], deleteFirst: false },
        });
        expect(asked.diff).not.toHaveBeenCalled();
    });

    it("a replacement of what is deleted already", async () => {
        const plan = await planStep(goal("a"), { ...old, pendingReplacement: true }, provider(), undefined);
        expect(plan).toMatchObject({ op: "replace", replaces: [] });
    });
});

describe("properties whose changes are ignored", () => {
    const inputs = async (ignoreChanges: string[]) =>
        (await planStep(goal("a", { size: 2, shape: "round" }, { ignoreChanges }), old, undefined, undefined)).inputs;

    it("stay as they were, or absent", async () => {
        expect(await inputs([])).toEqual({ size: 2, shape: "round" });
        expect(await inputs(["size"])).toEqual({ size: 1, shape: "round" });
        expect(await inputs(["shape"])).toEqual({ size: 2 });
        expect(await inputs(["*"])).toEqual(old.inputs);
    });
});

describe("inputs that a provider refuses", () => {
    it("are named, all of them, with the resource", async () => {
        const refusing = provider();
        refusing.check.mockResolvedValue({
            inputs: { filledIn: 0 },
            failures: [
                { property: "size", reason: "is too large" },
                { property: "", reason: "two disks are needed" },
            ],
        });
        await expect(planStep(goal("a"), undefined, refusing, undefined)).rejects.toThrow(
            /^a: size: is too large; two disks are needed$/,
        );
    });
});

describe("a provider that can't say whether something changed", () => {
    it.each([
        [
            { size: 1, colour: "red" },
            { changes: "none", diffs: [] },
        ],
        [
            { size: 2, colour: "red" },
            { changes: "some", diffs: ["size"] },
        ],
    ])("has %j compared with the inputs before", async (inputs, diff) => {
        const before = { id: "1", inputs: old.inputs, outputs: {} };
        const asked = provider({ changes: "unknown" as never, deleteBeforeReplace: true });
        expect(await diffResource(asked, old.urn, before, inputs, [])).toEqual({
            ...{ replaces: [], deleteBeforeReplace: true },
            ...diff,
        });
    });
});
