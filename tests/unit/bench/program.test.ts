import { programLines } from "../../../bench/engine";
import { measureEngine } from "../../../bench/program";
import type { Timed } from "../../../bench/voip";

const nothing = { created: 0, updated: 0, replaced: 0, deleted: 0 };

/** A platform whose commands take the seconds given, in turn. */
function platform(answers: (number | Partial<Timed> | Error)[]) {
    const asked: string[] = [];
    const voip = async (args: string[]): Promise<Timed> => {
        asked.push(args.join(" "));
        const answer = answers.shift() ?? 1;
        if (answer instanceof Error) throw answer;
        const timed = typeof answer === "number" ? { seconds: answer } : answer;
        return { seconds: 0, engine: { pss: 0, rss: 0, parts: {} }, facts: nothing, ...timed };
    };
    return { asked, voip };
}

describe("the benchmark of this program", () => {
    it("creates once, takes the median of what changes nothing, and destroys", async () => {
        const { asked, voip } = platform([80, 3, 1, 2, 6, 4, 5, 9, 7, 8]);
        expect(await measureEngine("embedded", { voip }, {})).toEqual({
            seconds: { create: 80, "no-op": 2, preview: 5, refresh: 8 },
        });
        expect(asked[0]).toBe("up --yes --engine embedded");
        expect(asked.at(-1)).toBe("destroy --yes --engine embedded");
        expect(asked).toHaveLength(11);
    });

    it("keeps what it has when an engine fails, and says why", async () => {
        const { voip } = platform([80, 1, new Error("./voip up --yes failed with status 1: 403")]);
        expect(await measureEngine("pulumi", { voip }, {})).toEqual({
            seconds: { create: 80 },
            failed: "./voip up --yes failed with status 1: 403",
        });
    });

    it.each([
        ["no-op", [80, { facts: { ...nothing, updated: 62 } }], /^no-op: .* 62 updated/],
        ["refresh", [80, 1, 1, 1, 1, 1, 1, { facts: { drift: [{}] } }], /^refresh: .* and 1 had drifted$/],
    ])("does not time a %s that changes something", async (what, answers, reason) => {
        const measured = await measureEngine("pulumi", platform(answers), {});
        expect(measured.failed).toMatch(reason);
        expect(measured.seconds).not.toHaveProperty(what);
    });

    it("compares what both engines have done, and says what is missing", () => {
        const embedded = { seconds: { create: 80, "no-op": 2 } };
        const pulumi = { seconds: { create: 100 }, failed: "no-op: 62 updated" };
        expect(programLines({ engines: { embedded, pulumi }, left: ["a sentence"] })).toEqual({
            measurements: [
                { what: "this program, create", embeddedSeconds: 80, officialSeconds: 100, ratio: 1.25 },
                { what: "this program, no-op", embeddedSeconds: 2, officialSeconds: undefined, ratio: undefined },
            ],
            remarks: ["a sentence", "the official engine failed: no-op: 62 updated"],
        });
    });
});
