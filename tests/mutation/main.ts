import { inWords } from "../../cli/durations";
import { table } from "../../cli/render/table";
import { Checkout } from "../stack/checkout";
import { Compiler } from "./compiler";
import { mutated } from "./mutants";
import { Record } from "./record";
import { draw, type Chosen } from "./sample";
import { Tests } from "./tests";

/*
 * `./voip test mutation [--seed N] [--count K] [--kinds unit,integration] [--files PREFIX,...] [--turn FILE]`: changes one token of
 * a source at random, K times, on a copy of the checkout, and runs the tests that have the token run. A change that no test
 * notices is printed. With --turn, each run of other tests than unit tests holds the lock of FILE (flock(1)).
 */

const option = (name: string, value: string): string => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? value : process.argv[at + 1];
};

const seed = Number(option("seed", String(Date.now() % 1_000_000)));
const count = Number(option("count", "20"));
const kinds = option("kinds", "unit").split(",");
const turn = option("turn", "") || undefined;
const prefixes = option("files", "").split(",");

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** The changes that no test of this kind notices. */
async function survivors(
    kind: string,
    changes: ReadonlyMap<number, Chosen>,
    checkout: Checkout,
    record: Record,
): Promise<Map<number, Chosen>> {
    const known = record.verdicts.filter((verdict) => verdict.kind === kind);
    const open = new Map([...changes].filter(([id]) => !known.some((verdict) => verdict.id === id)));
    const tests = new Tests(checkout, kind, kind === "unit" ? undefined : turn);
    if (open.size > 0) say(`${kind}: looking which tests run the ${open.size} tokens`);
    const reached = open.size > 0 ? await tests.reached(open) : new Map<number, string[]>();
    for (const [id, { file, mutant }] of open) {
        const files = reached.get(id) ?? [];
        const start = Date.now();
        checkout.change(file, (text) => mutated(text, mutant));
        const noticed = await tests.notice(files);
        checkout.restore();
        record.add({ id, kind, noticed, tests: files });
        const verdict = noticed ? `noticed by ${noticed}` : files.length > 0 ? "NOT NOTICED" : "RUN BY NO TEST";
        const what = `${mutant.from.slice(0, 40)} → ${mutant.to}`;
        say(
            `${id} of ${count}: ${file}:${mutant.line} ${what}: ${verdict} (${files.length} files, ${inWords(Date.now() - start)})`,
        );
    }
    const noticed = record.verdicts.filter((verdict) => verdict.kind === kind && verdict.noticed);
    return new Map([...changes].filter(([id]) => !noticed.some((verdict) => verdict.id === id)));
}

/** `3 unit, 1 integration`, or that none runs it. */
function ranBy(id: number, record: Record): string {
    const ran = record.verdicts.filter((verdict) => verdict.id === id && verdict.tests.length > 0);
    return ran.map(({ kind, tests }) => `${tests.length} ${kind}`).join(", ") || "none";
}

async function main(): Promise<void> {
    const checkout = Checkout.make();
    try {
        const { chosen, refused } = draw(seed, count, prefixes, new Compiler(checkout.dir));
        const all = new Map(chosen.map((one, index) => [index + 1, one]));
        const record = Record.of(checkout.dir, [seed, ...prefixes].join("-").replaceAll("/", "+"));
        let left = all;
        const shares: string[] = [];
        for (const kind of kinds) {
            left = await survivors(kind, left, checkout, record);
            const noticed = all.size - left.size;
            shares.push(
                `${noticed} of ${all.size} noticed by ${kinds.slice(0, shares.length + 1).join(" and ")} tests, ${Math.round((100 * noticed) / all.size)} %`,
            );
        }
        const rows = [...left].map(([id, { file, mutant }]) => [
            `${file}:${mutant.line}`,
            mutant.from,
            mutant.to,
            ranBy(id, record),
        ]);
        if (rows.length > 0) process.stdout.write(`${table(["not noticed", "from", "to", "run by tests"], rows)}\n`);
        process.stdout.write(`${shares.join("\n")}\n${refused} more were refused by the compiler (seed ${seed})\n`);
    } finally {
        checkout.remove();
    }
}

void main();
