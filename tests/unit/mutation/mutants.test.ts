import { mutantsOf, mutated } from "../../mutation/mutants";

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
        ];
        for (const source of sources) expect(all(source)).toEqual([]);
    });

    it("know their line", () => expect(mutantsOf("f();\ng(1);")).toEqual([{ at: 7, from: "1", to: "2", line: 2 }]));
});
