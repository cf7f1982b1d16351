import { UNKNOWN_VALUE, type PropertyMap } from "../../../engine/properties";
import type { Provider } from "../../../engine/provider/provider";
import type { ProviderRegistry } from "../../../engine/provider/registry";
import { dependentReplacements } from "../../../engine/replacements";
import { Snapshot, type ResourceState } from "../../../engine/state";

const urn = (name: string, type = "t:i:T"): string => `urn:pulumi:s::p::${type}::${name}`;
const explicit = urn("explicit", "pulumi:providers:t");

function resource(name: string, more: Partial<ResourceState> = {}): ResourceState {
    const plain = { custom: true, id: name, type: "t:i:T", inputs: {}, outputs: {}, provider: `${urn("p")}::1` };
    return { urn: urn(name), ...plain, ...more };
}

/** A provider for whom a change of `address` replaces; it is asked with unknown values. */
const provider = {
    async diff(_urn: string, old: { inputs: PropertyMap }, news: PropertyMap) {
        const diffs = Object.keys(news).filter((name) => news[name] !== old.inputs[name]);
        for (const name of diffs) expect(news[name]).toBe(UNKNOWN_VALUE);
        const replaces = diffs.filter((name) => name === "address");
        return { changes: "some", diffs, replaces, deleteBeforeReplace: false };
    },
} as unknown as Provider;
const registry = { get: async () => provider } as unknown as ProviderRegistry;

async function going(root: ResourceState, ...others: ResourceState[]): Promise<[string, string[]][]> {
    const found = await dependentReplacements(root, new Snapshot([root, ...others]), registry, new Set());
    return found.map(({ state, replaces }) => [state.urn.split("::").at(-1)!, replaces]);
}

describe("what has to go before a resource that is replaced", () => {
    const root = resource("root");
    const from = (property: string): Partial<ResourceState> => ({
        inputs: { [property]: "known" },
        propertyDependencies: { [property]: [root.urn] },
    });

    test("what its provider would replace for a value that comes from it, and nothing else", async () => {
        expect(
            await going(root, resource("moved", from("address")), resource("renamed", from("name")), resource("aside")),
        ).toEqual([["moved", ["address"]]]);
    });

    test("what is deleted with it, whatever its provider says, and what is deleted with that", async () => {
        const first = resource("first", { deletedWith: root.urn });
        const second = resource("second", { deletedWith: first.urn });
        expect(await going(root, first, second)).toEqual([
            ["first", []],
            ["second", []],
        ]);
    });

    test("a provider that is deleted with it, and what is in that provider's care", async () => {
        const its = { type: "pulumi:providers:t", urn: explicit, provider: undefined, deletedWith: root.urn };
        const cared = resource("cared", { provider: `${explicit}::id` });
        expect(await going(root, resource("explicit", its), cared)).toEqual([
            ["explicit", []],
            ["cared", []],
        ]);
    });
});
