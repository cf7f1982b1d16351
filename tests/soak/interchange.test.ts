import * as fs from "node:fs";
import * as path from "node:path";
import { findPulumi } from "../../cli/engine/choice";
import { table } from "../../cli/render/table";
import { installedPlugin } from "../../engine/provider/process";
import { projectDir, stateDir } from "../../paths";
import { changeConfig, restoreConfig } from "../stack/config";
import { forgetBroughtUp, type Summary } from "../stack/platform";
import { Search, secretsOf } from "../security/secrets-in-text";
import { saidDir, voip, voipJson } from "../stack/voip";
import { stack, testRoot } from "../stack/environment";
import { walk } from "../stack/walk";

/*
 * The two engines follow each other on the whole platform, in every order of two and three steps, each engine step by the
 * other engine than the one before: one makes the stack, the other removes it.
 */

type Engine = "embedded" | "pulumi";
const steps = ["no-op", "refresh", "change", "rotate", "extension"] as const;
type Step = (typeof steps)[number] | "create" | "call" | "destroy";

/** How many steps stand beside each other in every order; three takes about an hour. */
const length = Number(process.env.VOIP_INTERCHANGE_LENGTH ?? 3);
const timeoutMs = 2 * 3600 * 1000;

const packages = ["command", "docker", "postgresql", "random", "vault"];
const versionOf = (name: string): string =>
    (
        JSON.parse(fs.readFileSync(path.join(projectDir, "node_modules", "@pulumi", name, "package.json"), "utf8")) as {
            version: string;
        }
    ).version;
const missing = [
    ...(findPulumi() ? [] : ["the Pulumi CLI"]),
    ...packages.filter((name) => !installedPlugin(name, versionOf(name))).map((name) => `the plugin ${name}`),
];
const whenThere = missing.length ? describe.skip : describe;

interface Row {
    engine: Engine | "";
    step: Step;
    result: string;
    seconds: number;
}

const other = (engine: Engine): Engine => (engine === "embedded" ? "pulumi" : "embedded");
const isEngineStep = (step: Step): boolean => !["rotate", "extension", "call"].includes(step);
const none = { created: 0, updated: 0, replaced: 0, deleted: 0 };

/** The embedded engine would use official plugins that it finds: here its own are tried. */
const withoutPlugins = { PULUMI_HOME: path.join(testRoot, "no-plugins") };

/** Resources of the whole platform; both engines make as many. */
let everything: number | undefined;

/** Does a step, and says what has become of the resources. @throws when it did anything but what it is for */
class Player {
    readonly rows: Row[] = [];
    private ringSeconds = 15;
    private extension = 1800;
    private changed?: number;

    private async by<T>(engine: Engine, verb: string, ...args: string[]): Promise<T> {
        const argv = [verb, "--stack", stack, "--json", "--engine", engine, ...args];
        return JSON.parse((await voip(argv, { env: engine === "embedded" ? withoutPlugins : {} })).stdout) as T;
    }

    private up(engine: Engine): Promise<Summary> {
        return this.by<Summary>(engine, "up", "--yes");
    }

    private async perform(step: Step, engine: Engine): Promise<string> {
        switch (step) {
            case "create": {
                const { created, ...rest } = await this.up(engine);
                expect(rest).toMatchObject({ updated: 0, replaced: 0, deleted: 0 });
                expect(created).toBe((everything ??= created));
                return `${created} created`;
            }
            case "no-op": {
                const summary = await this.up(engine);
                expect(summary).toMatchObject(none);
                return "0 changes";
            }
            case "refresh": {
                const { drift } = await this.by<{ drift: unknown[] }>(engine, "refresh");
                expect(drift).toEqual([]);
                return "0 drift";
            }
            case "change": {
                this.ringSeconds = this.ringSeconds === 15 ? 16 : 15;
                changeConfig({ ringSeconds: this.ringSeconds });
                const { updated, ...rest } = await this.up(engine);
                expect(rest).toMatchObject({ created: 0, replaced: 0, deleted: 0 });
                expect(updated).toBe((this.changed ??= updated));
                expect(updated).toBeGreaterThan(0);
                return `${updated} updated`;
            }
            case "rotate": {
                const { rotated } = await voipJson<{ rotated: unknown[] }>("rotate");
                return `${rotated.length} rotated`;
            }
            case "extension": {
                this.extension++;
                await voip(["extension", "--stack", stack, "add", String(this.extension)]);
                return `${this.extension} added`;
            }
            case "call": {
                const call = await voipJson<{ answered: boolean; rtp: Record<string, { lost: number }> }>("call");
                expect(call).toMatchObject({ answered: true, rtp: { a: { lost: 0 }, b: { lost: 0 } } });
                return "answered";
            }
            case "destroy": {
                const { deleted } = await this.by<Summary>(engine, "destroy", "--yes");
                return `${deleted} deleted`;
            }
        }
    }

    async play(step: Step, engine: Engine): Promise<void> {
        const start = performance.now();
        const row: Row = { engine: isEngineStep(step) ? engine : "", step, result: "failed", seconds: 0 };
        this.rows.push(row);
        try {
            row.result = await this.perform(step, engine);
        } catch (error) {
            throw new Error(`step ${this.rows.length}, ${step} by ${engine}: ${(error as Error).message}`, {
                cause: error,
            });
        } finally {
            row.seconds = Math.round((performance.now() - start) / 100) / 10;
        }
    }
}

function report(rows: Row[], engine: Engine): void {
    const text = table(
        ["step", "engine", "what", "result", "seconds"],
        rows.map((row, index) => [String(index), row.engine, row.step, row.result, String(row.seconds)]),
    );
    const file = path.join(stateDir(), `interchange-${engine}.txt`);
    fs.writeFileSync(file, `${text}\n`);
    console.info(`made by ${engine}:\n${text}`);
}

whenThere("the two engines follow each other on the whole platform", () => {
    afterAll(restoreConfig);

    test.each<Engine>(["pulumi", "embedded"])(
        "on a stack that was made by %s",
        async (first) => {
            const player = new Player();
            let engine = first;
            try {
                await player.play("create", engine);
                await player.play("call", engine);
                const before = (await secretsOf(stack, projectDir)).secrets;
                for (const step of walk(steps, length)) {
                    if (isEngineStep(step)) engine = other(engine);
                    await player.play(step, engine);
                }
                const secrets = [...before, ...(await secretsOf(stack, projectDir)).secrets];
                await player.play("call", engine);
                await player.play("destroy", other(first));
                expect(secrets.length).toBeGreaterThan(100);
                expect(new Search(secrets).inFiles(saidDir, path.join(stateDir(), "logs"))).toEqual([]);
            } finally {
                report(player.rows, first);
                restoreConfig();
                forgetBroughtUp();
            }
        },
        timeoutMs,
    );
});

// no test that passes stands in for these: the run's summary names them as not executed
if (missing.length) {
    console.warn(`the interchange of engines was not tried: this machine lacks ${missing.join(", ")}`);
}
