import { cases } from "./cases";
import { embedded, officialEngine, officialVersion } from "./engines";
import type { Observed } from "./observed";
import { play } from "./play";

describe("what every engine makes of the same program", () => {
    let agreed = 0;
    let compared = 0;

    test.each(cases.map((each) => [each.name, each] as const))("%s", async (_name, each) => {
        const others = officialEngine ? [officialEngine] : [];
        const results = await Promise.allSettled([embedded, ...others].map((engine) => play(each, engine)));
        for (const result of results) if (result.status === "rejected") throw result.reason as Error;
        const [ours, theirs] = results.map((result) => (result as PromiseFulfilledResult<Observed[]>).value);
        if (!officialEngine) return;
        compared++;
        for (const [index, step] of each.steps.entries()) {
            expect({ step: `${index + 1} ${step.run}`, ...ours[index] }).toEqual({
                step: `${index + 1} ${step.run}`,
                ...theirs[index],
            });
        }
        agreed++;
    });

    afterAll(() => {
        const summary = officialEngine
            ? `${cases.length} cases, ${agreed} agree (Pulumi CLI ${officialVersion.trim()})`
            : `${cases.length} cases on the embedded engine; no official CLI found`;
        process.stdout.write(`${summary}\n`);
        if (officialEngine) expect(compared).toBe(cases.length);
    });
});
