import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../../../paths";

const dir = path.join(projectDir, "tests");
interface Stages {
    first: string[];
    together: string[];
    last: string[];
    longest: string[];
    stages: { name: string; isSerial: boolean; has: (file: string) => boolean }[];
}
const { first, together, last, longest, stages } = jest.requireActual<Stages>("../../stages");
interface Test {
    path: string;
    context: { config: { displayName: { name: string } } };
}
const Sequencer = jest.requireActual<new (options: object) => { sort: (tests: Test[]) => Test[] }>("../../sequencer");

/** `KIND/NAME` of every test file of some kinds. */
const files = (...kinds: string[]): string[] =>
    kinds.flatMap((kind) =>
        fs
            .readdirSync(path.join(dir, kind))
            .filter((file) => file.endsWith(".test.ts"))
            .map((file) => `${kind}/${file.slice(0, -".test.ts".length)}`),
    );

/** The files in the order in which they run. */
function ordered(names: string[]): string[] {
    const tests = names.map((name) => ({
        path: path.join(dir, `${name}.test.ts`),
        context: { config: { displayName: { name: name.split("/")[0] } } },
    }));
    const sorted = new Sequencer({ contexts: [], globalConfig: {} }).sort(tests);
    return sorted.map((test) => path.relative(dir, test.path).replace(/\.test\.ts$/, ""));
}

describe("the tests on the stack of the tests", () => {
    const all = files("security", "functional");
    const order = ordered(all);

    it("use it first, then those side by side, then those that change it", () => {
        const stageOf = (file: string) => stages.findIndex((stage) => stage.has(file));
        const run = order.map(stageOf);
        expect(run).toEqual([...run].sort());
        expect(new Set(run).size).toBe(stages.length);
        expect(stages.map(({ isSerial }) => isSerial)).toEqual([true, false, true]);
    });

    it("begin with bad configurations and `up`, and end with the removal", () => {
        expect(order.slice(0, first.length)).toEqual(first);
        expect(order.slice(-last.length)).toEqual(last);
        expect(last.at(-1)).toBe("functional/destroy");
        expect(order).toHaveLength(all.length);
    });

    it("are each in one stage, and each that a stage names is there", () => {
        for (const file of all) expect(stages.filter((stage) => stage.has(file))).toHaveLength(1);
        for (const file of [...first, ...together, ...last]) expect(all).toContain(file);
    });
});

it("kinds run in their order", () => {
    expect(ordered(["functional/up", "security/edge", "integration/vm/vm", "unit/looks", "conformance/cases"])).toEqual(
        [...["unit/looks", "conformance/cases", "integration/vm/vm", "functional/up", "security/edge"]],
    );
});

it("of a kind, and side by side, the longest begin", () => {
    for (const file of longest) expect(fs.existsSync(path.join(dir, `${file}.test.ts`))).toBe(true);
    const [one, other] = longest.filter((file) => file.startsWith("integration/"));
    expect(ordered(["integration/boot/unit", other, "integration/core/bootstrap", one])).toEqual([
        ...[one, other, "integration/boot/unit", "integration/core/bootstrap"],
    ]);
    expect(ordered([...together].reverse())).toEqual(together);
});
