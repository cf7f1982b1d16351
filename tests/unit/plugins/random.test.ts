import { compare } from "bcryptjs";
import { UNKNOWN, type Properties, type ResourceType } from "../../../engine/plugins/plugin";
import { pluginFor } from "../../../engine/plugins";
import { randomString } from "../../../engine/plugins/random/characters";
import { context } from "./context";

let password: ResourceType;
let types: Record<string, ResourceType>;

beforeAll(async () => {
    types = (await pluginFor("random")!()).types;
    password = types["random:index/randomPassword:RandomPassword"];
});

async function make(type: ResourceType, news: Properties): Promise<{ id: string; outputs: Properties }> {
    const { inputs, failures } = await type.check({}, news);
    expect(failures).toEqual([]);
    return type.create(inputs, context());
}

describe("RandomPassword", () => {
    it("keeps every rule", async () => {
        for (let round = 0; round < 20; round++) {
            const { outputs } = await make(password, {
                length: 12,
                minLower: 2,
                minUpper: 3,
                minNumeric: 4,
                minSpecial: 1,
                overrideSpecial: "-_",
            });
            const result = outputs.result as string;
            expect(result).toHaveLength(12);
            expect(result).toMatch(/^[a-zA-Z0-9_-]{12}$/);
            expect(result.match(/[a-z]/g)?.length).toBeGreaterThanOrEqual(2);
            expect(result.match(/[A-Z]/g)?.length).toBeGreaterThanOrEqual(3);
            expect(result.match(/[0-9]/g)?.length).toBeGreaterThanOrEqual(4);
            expect(result.match(/[-_]/g)?.length).toBeGreaterThanOrEqual(1);
        }
    });

    it("gives the outputs of the official provider, the result and its hash secret", async () => {
        const { id, outputs } = await make(password, { length: 16, special: false });
        const { result, bcryptHash, ...rest } = outputs;
        expect(id).toBe("none");
        expect(result).toMatch(/^[a-zA-Z0-9]{16}$/);
        expect(bcryptHash).toMatch(/^\$2a\$10\$/);
        expect(await compare(result as string, bcryptHash as string)).toBe(true);
        expect(rest).toEqual({
            __meta: '{"schema_version":"3"}',
            id: "none",
            length: 16,
            lower: true,
            minLower: 0,
            minNumeric: 0,
            minSpecial: 0,
            minUpper: 0,
            number: true,
            numeric: true,
            special: false,
            upper: true,
        });
        expect(password.secretOutputs).toEqual(["result", "bcryptHash"]);
    });

    it("knows no result in a preview", async () => {
        const { outputs } = await password.create({ length: 16 }, context({ preview: true }));
        expect(outputs.result).toBe(UNKNOWN);
        expect(outputs.bcryptHash).toBe(UNKNOWN);
        expect(outputs.length).toBe(16);
    });

    it.each([
        [{}, "length is missing, must be an integer"],
        [
            { length: 3, minUpper: 2, minLower: 2 },
            "length is 3, must be at least minUpper + minLower + minNumeric + minSpecial = 4",
        ],
        [
            { length: 3, upper: false, lower: false, special: false, numeric: false },
            "one of special, upper, lower and numeric must be true",
        ],
        [
            { length: 3, number: false, numeric: true },
            "number and numeric differ; number is deprecated, give numeric only",
        ],
    ])("refuses %j", async (news, reason) => {
        const { failures } = await password.check({}, news);
        expect(failures.map((failure) => failure.reason)).toEqual([reason]);
    });

    it("is replaced by any change, and only by a change", async () => {
        const { id, outputs } = await make(password, { length: 16, keepers: { a: "1" } });
        const diff = (news: Properties) => password.diff(id, {}, outputs, news);
        expect(await diff({ length: 16, upper: true, keepers: { a: "1" } })).toMatchObject({ changes: false });
        expect(await diff({ length: 20, keepers: { a: "2" } })).toEqual({
            changes: true,
            replaces: ["keepers", "length"],
            diffs: ["keepers", "length"],
            deleteBeforeReplace: false,
        });
        expect(await diff({ length: 16, number: false, keepers: { a: "1" } })).toMatchObject({
            replaces: ["number", "numeric"],
        });
    });
});

it("draws every character evenly", () => {
    const counts = new Map<string, number>();
    const rules = { lower: false, upper: false, numeric: false, special: true, overrideSpecial: "abc" };
    const minima = { minLower: 0, minUpper: 0, minNumeric: 0, minSpecial: 0 };
    for (const c of randomString({ length: 10_000, ...rules, ...minima })) counts.set(c, (counts.get(c) ?? 0) + 1);
    // 10,000 draws of 3: the standard deviation of each count is 47; seven of them are no accident.
    for (const c of "abc") expect(Math.abs((counts.get(c) ?? 0) - 10_000 / 3)).toBeLessThan(330);
});

it("RandomUuid is a version 4 UUID", async () => {
    const { id, outputs } = await make(types["random:index/randomUuid:RandomUuid"], {});
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(outputs).toEqual({ id, result: id });
});

it("pluginFor knows nothing of a package without an embedded plugin", () => {
    expect(pluginFor("aws")).toBeUndefined();
    expect(pluginFor("toString")).toBeUndefined();
});
