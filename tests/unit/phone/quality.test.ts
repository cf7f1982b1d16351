import * as fc from "fast-check";
import { meanOpinionScore } from "../../../phone/quality";

const perfect = { lossRatio: 0, jitterMs: 0, networkDelayMs: 0 };

describe("the mean opinion score", () => {
    it("is that of G.711 on a perfect network: R about 92.7", () => {
        expect(meanOpinionScore(perfect)).toBeCloseTo(4.4, 1);
    });

    it("falls with loss as G.113 says for G.711 without concealment", () => {
        // Ie,eff at 2 % is 30.2: R about 62.5
        expect(meanOpinionScore({ ...perfect, lossRatio: 0.02 })).toBeCloseTo(3.2, 1);
        expect(meanOpinionScore({ ...perfect, lossRatio: 1 })).toBe(1);
    });

    // worked out apart from the program, by the formulae of G.107, with d, Id, Ie,eff and R
    it.each([
        [{ ...perfect }, 4.4], // d = 20, R = 92.72
        [{ ...perfect, networkDelayMs: 157 }, 4.31], // d = 177, just below the bend: R = 88.95
        [{ ...perfect, networkDelayMs: 257 }, 3.85], // d = 277: Id = 17.62, R = 75.58
        [{ ...perfect, jitterMs: 50 }, 4.35], // a buffer of 100 ms, d = 120: R = 90.32
        [{ ...perfect, lossRatio: 0.01 }, 3.81], // Ie,eff = 17.92, R = 74.80
        [{ lossRatio: 0.05, jitterMs: 10, networkDelayMs: 60 }, 2.05], // d = 100, Ie,eff = 51.08, R = 39.72
    ])("of %j is %d", (reception, score) => expect(meanOpinionScore(reception)).toBe(score));

    it("is 1 where nothing is left of the rating", () => {
        expect(meanOpinionScore({ ...perfect, networkDelayMs: 5000 })).toBe(1);
        expect(meanOpinionScore({ ...perfect, lossRatio: 0.5 })).toBe(1);
    });

    it("falls faster with delay beyond 177 ms", () => {
        const at = (networkDelayMs: number): number => meanOpinionScore({ ...perfect, networkDelayMs });
        expect(at(0) - at(100)).toBeLessThan(0.1);
        expect(at(250) - at(350)).toBeGreaterThan(0.4);
    });

    it("is never outside 1 to 4.5, and never better for more loss, jitter or delay", () => {
        const worse = fc.record({
            lossRatio: fc.double({ min: 0, max: 1, noNaN: true }),
            jitterMs: fc.double({ min: 0, max: 500, noNaN: true }),
            networkDelayMs: fc.double({ min: 0, max: 2000, noNaN: true }),
        });
        fc.assert(
            fc.property(worse, worse, (a, b) => {
                const sum = {
                    lossRatio: Math.min(1, a.lossRatio + b.lossRatio),
                    jitterMs: a.jitterMs + b.jitterMs,
                    networkDelayMs: a.networkDelayMs + b.networkDelayMs,
                };
                const [before, after] = [meanOpinionScore(a), meanOpinionScore(sum)];
                return after >= 1 && before <= 4.5 && after <= before;
            }),
        );
    });
});
