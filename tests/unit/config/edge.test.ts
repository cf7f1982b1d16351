import { validateConfig } from "../../../config/validate";
import { projectSchema } from "../../../config/stack";

const checked = (edge: unknown) => validateConfig(projectSchema(), { "voip-stack:edge": edge }, ".");

describe("the edge", () => {
    it("refuses SIP without TLS by default", () => {
        for (const edge of [{}, { plainSip: "refuse" }]) {
            expect(checked(edge)).toMatchObject({ config: { edge: { plainSip: "refuse" } } });
        }
    });

    it.each(["drop", "allow"])("may be told to %s it", (plainSip) => {
        expect(checked({ plainSip })).toMatchObject({ config: { edge: { plainSip } } });
    });

    it.each([
        [{ plainSip: "yes" }, 'voip-stack:edge.plainSip is "yes": allowed are refuse, drop, allow.'],
        [{ plainSIP: "drop" }, 'voip-stack:edge.plainSIP is "drop": no such setting, the nearest is plainSip.'],
    ])("is refused with one sentence: %j", (edge, sentence) => {
        expect(checked(edge)).toEqual({ problems: [sentence] });
    });
});
