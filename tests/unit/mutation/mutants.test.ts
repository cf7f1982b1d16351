import { runInNewContext } from "node:vm";
import { marked, mutantsOf, mutated } from "../../mutation/mutants";

const all = (source: string): string[] => mutantsOf(source).map((mutant) => mutated(source, mutant));

describe("the mutants of a source", () => {
    it("change one token each", () => {
        expect(all("const a = b === 1 && !c;")).toEqual([
            "const a = b !== 1 && !c;",
            "const a = b === 2 && !c;",
            "const a = b === 1 || !c;",
            "const a = b === 1 && c;",
        ]);
        expect(all(`run("x", { "key": true });`)).toEqual([
            `run("mutated", { "key": true });`,
            `run("x", { "key": false });`,
        ]);
    });

    it("leave types, imports and errors alone", () => {
        const sources = [
            `import * as fs from "node:fs";`,
            `type A = "x" | 1 | true;`,
            `interface B { c: "x" }`,
            "throw new Error(`${1 + 1}` + 'x');",
            `reject(new CommandError("x"));`,
            `const { "a": b } = c;`,
            `f({ description: "what it is for" });`,
        ];
        for (const source of sources) expect(all(source)).toEqual([]);
    });

    it("know their line", () =>
        expect(mutantsOf("f();\ng(1);")).toEqual([{ at: 7, from: "1", to: "2", line: 2, reach: [7, 8] }]));
});

test("a marked source says which tokens take part, and else does the same", () => {
    const source = `(a, b) => { if (a === 1 && !b) return "x" + b; return 2 < a ? { 3: "y" } : "z"; }`;
    const mutants = mutantsOf(source);
    const text = marked(source, new Map(mutants.map((mutant, id) => [id, mutant])));
    const seen: string[] = [];
    const made = (code: string) =>
        runInNewContext(code, { reached: (id: number) => seen.push(mutants[id].from) }) as (
            a: number,
            b: unknown,
        ) => unknown;
    for (const [a, b] of [
        [1, ""],
        [1, "w"],
        [3, undefined],
    ] as const)
        expect(made(text)(a, b)).toEqual(made(source)(a, b));

    seen.length = 0;
    made(text)(0, "");
    expect(seen.sort()).toEqual(["&&", "1", "2", "<", "===", `"z"`].sort());
});
