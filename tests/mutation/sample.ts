import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../../paths";
import { randomNumbers } from "../stack/random";
import type { Compiler } from "./compiler";
import { mutantsOf, mutated, type Mutant } from "./mutants";

/** Tests and benchmarks are no subject. */
const folders = [
    "cli",
    "clients",
    "components",
    "config",
    "databases",
    "engine",
    "images",
    "lab",
    "phone",
    "policies",
].concat(["process", "providers", "services", "subscribers", "vault"]);
const files = ["index.ts", "outputs.ts", "paths.ts", "topology.ts"];

/** Every source that is a subject and starts with one of `prefixes`. */
const subjects = (prefixes: string[]): string[] =>
    folders
        .flatMap((folder) =>
            fs
                .readdirSync(path.join(projectDir, folder), { recursive: true, encoding: "utf8" })
                .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
                .map((file) => path.join(folder, file)),
        )
        .concat(files)
        .filter((file) => prefixes.some((prefix) => file.startsWith(prefix)))
        .sort();

export interface Chosen {
    file: string;
    mutant: Mutant;
}

export interface Sample {
    chosen: Chosen[];
    /** How many others were drawn and are no change, because the compiler refuses them. */
    refused: number;
}

/** Each token of each file is as likely as any other. @param prefixes of the files to choose from; [""] is all */
export function draw(seed: number, count: number, prefixes: string[], compiler: Compiler): Sample {
    const random = randomNumbers(seed);
    const text = (file: string): string => fs.readFileSync(path.join(projectDir, file), "utf8");
    const all = subjects(prefixes).flatMap((file) => mutantsOf(text(file)).map((mutant) => ({ file, mutant })));
    const sample: Sample = { chosen: [], refused: 0 };
    while (sample.chosen.length < count && all.length > 0) {
        const [one] = all.splice(Math.floor(random() * all.length), 1);
        if (compiler.refuses(one.file, mutated(text(one.file), one.mutant)) === undefined) sample.chosen.push(one);
        else sample.refused += 1;
    }
    return sample;
}
