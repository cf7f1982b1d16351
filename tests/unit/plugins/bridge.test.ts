import { bridged } from "../../../engine/plugins/bridge";
import type { Properties, ResourceType } from "../../../engine/plugins/plugin";

/** What a look is told to find. */
function looking(found: Properties): ResourceType {
    const type = { read: async () => ({ id: "x", inputs: found, outputs: found }) } as unknown as ResourceType;
    return bridged({ type }).type;
}

describe("a look at a resource", () => {
    const before: Properties = {
        must: true,
        kept: 1,
        given: "x",
        check: { retries: 3, wait: 5, __defaults: ["retries", "wait"] },
        ports: [{ protocol: "tcp", __defaults: ["protocol"] }],
        __defaults: ["kept", "must"],
    };

    it("leaves defaults what is as it was", async () => {
        const now = await looking(before).read!("x", before, before);
        expect(now?.inputs).toEqual(before);
    });

    it("takes no default for one that has changed, inside of objects and lists neither", async () => {
        const seen = { ...before, must: false, check: { retries: 3, wait: 9 }, ports: [{ protocol: "udp" }] };
        const now = await looking(seen).read!("x", before, before);
        expect(now?.inputs).toEqual({
            ...seen,
            check: { retries: 3, wait: 9, __defaults: ["retries"] },
            ports: [{ protocol: "udp", __defaults: [] }],
            __defaults: ["kept"],
        });
    });
});
