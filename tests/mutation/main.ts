import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { table } from "../../cli/render/table";
import { projectDir } from "../../paths";
import { Checkout } from "../stack/checkout";
import { randomNumbers } from "../stack/random";
import { mutantsOf, mutated, type Mutant } from "./mutants";

/*
 * `./voip test mutation [--seed N] [--count K] [--kinds unit,integration]`: changes one token of a source at random, K times, on a
 * copy of the checkout, and runs the tests that import the file. A change that no test notices is printed.
 */

const option = (name: string, value: string): string => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? value : process.argv[at + 1];
};

const seed = Number(option("seed", String(Date.now() % 1_000_000)));
const count = Number(option("count", "20"));
const kinds = option("kinds", "unit").split(",");

/** Tests and benchmarks are no subject; neither are files of nothing but types. */
const subjects = ["cli", "clients", "components", "config", "databases", "engine", "images", "lab", "phone", "policies"]
    .concat(["process", "providers", "services", "subscribers", "vault"])
    .flatMap((folder) =>
        fs
            .readdirSync(path.join(projectDir, folder), { recursive: true, encoding: "utf8" })
            .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
            .map((file) => path.join(folder, file)),
    )
    .sort();

interface Chosen {
    file: string;
    mutant: Mutant;
}

/** Each token of each file is as likely as any other. */
function choose(): Chosen[] {
    const random = randomNumbers(seed);
    const all = subjects.flatMap((file) =>
        mutantsOf(fs.readFileSync(path.join(projectDir, file), "utf8")).map((mutant) => ({ file, mutant })),
    );
    return Array.from({ length: Math.min(count, all.length) }, () =>
        all.splice(Math.floor(random() * all.length), 1).at(0),
    ).filter((chosen) => chosen !== undefined);
}

/** The kind of tests that notices; undefined: none does. */
function noticedBy(checkout: Checkout, file: string): string | undefined {
    return kinds.find((kind) => {
        const jest = ["node_modules/jest/bin/jest.js", "--selectProjects", kind, "--findRelatedTests", file];
        const listed = spawnSync(process.execPath, [...jest, "--listTests"], { cwd: checkout.dir, encoding: "utf8" });
        if (!listed.stdout.includes(".test.ts")) return false; // none imports the file
        return spawnSync(process.execPath, [...jest, "--bail"], { cwd: checkout.dir, stdio: "ignore" }).status !== 0;
    });
}

function main(): void {
    const checkout = Checkout.make();
    const survivors: string[][] = [];
    try {
        const chosen = choose();
        chosen.forEach(({ file, mutant }, index) => {
            checkout.change(file, (text) => mutated(text, mutant));
            const kind = noticedBy(checkout, file);
            checkout.restore();
            const what = `${mutant.from.slice(0, 40)} → ${mutant.to.slice(0, 40)}`;
            process.stderr.write(
                `${index + 1} of ${chosen.length}: ${file}:${mutant.line} ${what}: ${kind ?? "NOT NOTICED"}\n`,
            );
            if (!kind) survivors.push([`${file}:${mutant.line}`, mutant.from, mutant.to]);
        });
        const noticed = chosen.length - survivors.length;
        if (survivors.length > 0) process.stdout.write(`${table(["not noticed", "from", "to"], survivors)}\n`);
        const share = Math.round((100 * noticed) / chosen.length);
        process.stdout.write(`${noticed} of ${chosen.length} noticed, ${share} % (seed ${seed})\n`);
    } finally {
        checkout.remove();
    }
}

main();
