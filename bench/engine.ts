import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { findPulumi } from "../cli/engine/choice";
import { table } from "../cli/render/table";
import { Failure, note, type Result } from "../cli/result";
import { projectDir } from "../paths";
import { nodeArgv } from "../process/node";
import { benchProgram, median, type ProgramBench, type Seconds } from "./program";

/** Number of resources, and of measurements, whose median counts. */
const SIZES = [
    { resources: 21, runs: 3 },
    { resources: 500, runs: 1 },
];

const STACK = "bench";

/** The stack itself is a resource too. */
const program = (resources: number): string => `"use strict";
const { dynamic } = require("@pulumi/pulumi");
const provider = { create: async (inputs) => ({ id: String(inputs.n), outs: inputs }) };
class Thing extends dynamic.Resource {}
for (let n = 1; n < ${resources}; n++) new Thing(provider, "thing-" + n, { n });
`;

type EngineName = "embedded" | "official";

/** A project with a separate state for each engine. */
function projectFor(root: string, engine: EngineName, resources: number): { dir: string; env: NodeJS.ProcessEnv } {
    const dir = fs.mkdtempSync(path.join(root, `${engine}-${resources}-`));
    const state = path.join(dir, "state");
    fs.mkdirSync(state);
    fs.writeFileSync(path.join(dir, "Pulumi.yaml"), "name: bench\nruntime: nodejs\nmain: index.js\n");
    fs.writeFileSync(path.join(dir, "index.js"), program(resources));
    fs.writeFileSync(path.join(dir, "package.json"), '{ "private": true }');
    fs.symlinkSync(path.join(projectDir, "node_modules"), path.join(dir, "node_modules"));
    const settings = { PULUMI_BACKEND_URL: `file://${state}`, PULUMI_CONFIG_PASSPHRASE: "bench" };
    return { dir, env: { ...process.env, ...settings, PULUMI_SKIP_UPDATE_CHECK: "true" } };
}

/** @throws Failure if the command fails. @returns seconds */
async function timed(argv: string[], { dir, env }: { dir: string; env: NodeJS.ProcessEnv }): Promise<number> {
    const started = process.hrtime.bigint();
    let said = "";
    const status = await new Promise<number | null>((resolve, reject) => {
        const child = spawn(argv[0], argv.slice(1), { cwd: dir, env, stdio: ["ignore", "ignore", "pipe"] });
        child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
        child.once("error", reject);
        child.once("close", resolve);
    });
    if (status !== 0) throw new Failure(`${argv.join(" ")} ended with exit status ${status}: ${said.trim()}`);
    return Number(process.hrtime.bigint() - started) / 1e9;
}

async function measure(root: string, engine: EngineName, resources: number, cli = ""): Promise<[number, number]> {
    const project = projectFor(root, engine, resources);
    if (engine === "official") await timed([cli, "stack", "init", STACK, "--non-interactive"], project);
    const up =
        engine === "official"
            ? [cli, "up", "--yes", "--skip-preview", "--non-interactive", "--stack", STACK]
            : [...nodeArgv("engine/main.ts"), "up", "--stack", STACK];
    const seconds: [number, number] = [await timed(up, project), await timed(up, project)];
    fs.rmSync(project.dir, { recursive: true, force: true });
    return seconds;
}

const rounded = (seconds: number): number => Math.round(seconds * 100) / 100;

interface Compared {
    what: string;
    embeddedSeconds?: number;
    officialSeconds?: number;
    /** Official to embedded. */
    ratio?: number;
}

function compared(what: string, embeddedSeconds?: number, officialSeconds?: number): Compared {
    const both = embeddedSeconds !== undefined && officialSeconds !== undefined;
    return {
        what,
        embeddedSeconds,
        officialSeconds,
        ratio: both ? rounded(officialSeconds / embeddedSeconds) : undefined,
    };
}

/** The program of this project: a line for each operation, and a sentence for what could not be measured. */
export function programLines({ engines, left }: ProgramBench): { measurements: Compared[]; remarks: string[] } {
    const { embedded, pulumi } = engines;
    const operations = [...new Set([embedded, pulumi].flatMap((each) => Object.keys(each?.seconds ?? {})))];
    const measurements = operations.map((what) =>
        compared(
            `this program, ${what}`,
            embedded?.seconds[what as keyof Seconds],
            pulumi?.seconds[what as keyof Seconds],
        ),
    );
    const failed = Object.entries({ embedded, official: pulumi }).flatMap(([name, measured]) =>
        measured?.failed === undefined ? [] : [`the ${name} engine failed: ${measured.failed}`],
    );
    return { measurements, remarks: [...left, ...failed] };
}

/**
 * Times `up` of programs of dynamic resources, all new and unchanged, alternately if there are both engines; then all
 * operations of this project's program.
 */
export async function benchEngine(): Promise<Result> {
    const cli = findPulumi();
    const engines: EngineName[] = cli ? ["embedded", "official"] : ["embedded"];
    const root = fs.mkdtempSync(path.join(os.tmpdir(), "bench-engine-"));
    const measurements: Compared[] = [];
    try {
        for (const { resources, runs } of SIZES) {
            const all: Record<EngineName, [number, number][]> = { embedded: [], official: [] };
            for (let run = 1; run <= runs; run++) {
                for (const engine of engines) {
                    note(`bench engine: ${resources} resources, ${engine}, ${run} of ${runs}`);
                    all[engine].push(await measure(root, engine, resources, cli));
                }
            }
            for (const [index, what] of ["create", "no-op"].entries()) {
                const of = (engine: EngineName): number => median(all[engine].map((seconds) => seconds[index]));
                const embedded = rounded(of("embedded"));
                const official = cli ? rounded(of("official")) : undefined;
                measurements.push(compared(`${resources} resources, ${what}`, embedded, official));
            }
        }
    } finally {
        fs.rmSync(root, { recursive: true, force: true });
    }
    const program = programLines(await benchProgram());
    measurements.push(...program.measurements);
    const rows = measurements.map(({ what, embeddedSeconds, officialSeconds, ratio }) => [
        what,
        ...[embeddedSeconds, officialSeconds, ratio].map((number) => (number === undefined ? "-" : String(number))),
    ]);
    const text = [
        table(["bench engine", "embedded, s", "official, s", "official / embedded"], rows),
        ...program.remarks,
    ];
    return { facts: { cli: cli ?? null, measurements, remarks: program.remarks }, text: text.join("\n") };
}
