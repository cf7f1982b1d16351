import { secret, UNKNOWN_VALUE, type PropertyMap } from "../../../engine/properties";
import { DynamicProvider } from "../../../engine/provider/dynamic";
import type { GrpcProvider } from "../../../engine/provider/grpc";

const urn = "urn:pulumi:dev::project::pulumi-nodejs:dynamic:Resource::thing";

/** Code as the state keeps it. */
const code = (methods: string): string => `exports.handler = () => ({ ${methods} });`;

function providerOf(calls: string[] = []): DynamicProvider {
    const noted =
        <Answer>(call: string, answer: Answer) =>
        async (): Promise<Answer> => {
            calls.push(call);
            return answer;
        };
    const outside = {
        configure: noted("configure", undefined),
        create: noted("create", { id: "1", outputs: {} }),
    } as unknown as GrpcProvider;
    return new DynamicProvider("project", async () => {
        calls.push("start");
        return outside;
    });
}

const withCode = (methods: string, rest: PropertyMap = {}): PropertyMap => ({ ...rest, __provider: code(methods) });

describe("the provider of dynamic resources in the engine", () => {
    it("answers check and diff without its process, which the first creation starts", async () => {
        const calls: string[] = [];
        const provider = providerOf(calls);
        const inputs = withCode("diff: async (id, olds, news) => ({ changes: olds.size !== news.size })", { size: 1 });
        await provider.check(urn, {}, inputs);
        const old = { id: "1", inputs, outputs: inputs };
        expect(await provider.diff(urn, old, inputs)).toMatchObject({ changes: "none" });
        expect(await provider.diff(urn, old, { ...inputs, size: 2 })).toMatchObject({ changes: "some" });
        expect(await provider.create(urn, inputs, { preview: true })).toEqual({ id: "", outputs: inputs });
        expect(calls).toEqual([]);
        await provider.create(urn, inputs, { preview: false });
        await provider.create(urn, inputs, { preview: false });
        expect(calls).toEqual(["start", "configure", "create", "create"]);
    });

    it("gives the code plain values, and marks what was secret in its answer", async () => {
        const inputs = withCode("check: async (olds, news) => ({ inputs: { said: news.pin + 1, pin: news.pin } })", {
            pin: secret("12"),
        });
        expect(await providerOf().check(urn, {}, inputs)).toEqual({
            inputs: { said: "121", pin: secret("12"), __provider: inputs.__provider },
            failures: [],
        });
    });

    it("passes on the faults of check, and the replacements of diff", async () => {
        const failing = withCode('check: async () => ({ failures: [{ property: "size", reason: "is odd" }] })');
        const { failures } = await providerOf().check(urn, {}, failing);
        expect(failures).toEqual([{ property: "size", reason: "is odd" }]);
        const replacing = withCode(
            'diff: async () => ({ changes: true, replaces: ["size"], deleteBeforeReplace: true })',
        );
        expect(await providerOf().diff(urn, { id: "1", inputs: {}, outputs: {} }, replacing)).toEqual({
            changes: "some",
            replaces: ["size"],
            diffs: [],
            deleteBeforeReplace: true,
        });
    });

    it("takes code without check and diff", async () => {
        const inputs = withCode("", { size: 1 });
        expect(await providerOf().check(urn, {}, inputs)).toEqual({ inputs, failures: [] });
        const diff = await providerOf().diff(urn, { id: "1", inputs, outputs: inputs }, inputs);
        expect(diff.changes).toBe("unknown");
    });

    it("takes the code of the state while the program's is not known", async () => {
        const olds = withCode('check: async () => ({ inputs: { by: "state" } })');
        const { inputs } = await providerOf().check(urn, olds, { __provider: UNKNOWN_VALUE });
        expect(inputs).toEqual({ by: "state", __provider: UNKNOWN_VALUE });
    });

    it("configures the code once, with keys of the project or in full", async () => {
        const methods = `
            configure: async ({ config }) => { globalThis.seen = (globalThis.seen ?? "") + config.get("a") + config.get("other:b"); },
            check: async () => ({ inputs: { seen: globalThis.seen } })`;
        const provider = providerOf();
        await provider.configure({ "project:a": secret("A"), "other:b": "B" });
        await provider.check(urn, {}, withCode(methods));
        expect((await provider.check(urn, {}, withCode(methods))).inputs.seen).toBe("AB");
    });

    it("calls nothing while the configuration is unknown", async () => {
        const provider = providerOf();
        await provider.configure({ "project:a": UNKNOWN_VALUE });
        const inputs = withCode("check: async () => { throw new Error('asked'); }");
        expect(await provider.check(urn, {}, inputs)).toEqual({ inputs, failures: [] });
        expect((await provider.diff(urn, { id: "1", inputs, outputs: inputs }, inputs)).changes).toBe("unknown");
    });
});
