import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../../paths";
import { CommandError, run } from "../../process/run";
import { Failure, messageOf, note } from "../result";
import { findPulumi, type EngineChoice } from "./choice";

export interface PinnedPlugin {
    name: string;
    version: string;
}

interface Package {
    name: string;
    version: string;
    dependencies?: Record<string, string>;
    pulumi?: { resource?: boolean; name?: string; version?: string };
}

const readPackage = (dir: string): Package =>
    JSON.parse(fs.readFileSync(path.join(dir, "package.json"), "utf8")) as Package;

/** The resource plugins that the installed packages of the program require. */
export function pinnedPlugins(dir = projectDir): PinnedPlugin[] {
    return Object.keys(readPackage(dir).dependencies ?? {})
        .filter((name) => name.startsWith("@pulumi/"))
        .map((name) => readPackage(path.join(dir, "node_modules", name)))
        .filter(({ pulumi }) => pulumi?.resource)
        .map(({ name, version, pulumi }) => ({
            name: pulumi!.name ?? name.replace("@pulumi/", ""),
            version: pulumi!.version ?? version,
        }));
}

const env = { PULUMI_SKIP_UPDATE_CHECK: "true" };

/** The error message of a failed command: the line with its error, else its last. */
function saidBy(error: unknown): string {
    if (!(error instanceof CommandError)) return messageOf(error);
    const lines = error.result.stderr.split("\n").map((line) => line.trim());
    const said = lines.find((line) => line.startsWith("error: ")) ?? lines.filter(Boolean).at(-1);
    return said?.replace("error: ", "") ?? error.reason;
}

const withoutIt = "--engine embedded runs the same program without it";

/** Makes npx download the CLI if there is no other. @returns the path of that CLI */
async function fetched(npx: string[]): Promise<string> {
    const what = npx.at(-1)!;
    note(`fetching ${what}`);
    await run([...npx, "version"], { env }).catch((error: unknown) => {
        throw new Failure(`the Pulumi CLI, ${what}, could not be fetched by npx: ${saidBy(error)}; ${withoutIt}`);
    });
    const found = findPulumi();
    if (!found) throw new Failure(`npx fetched ${what}, but there is no Pulumi CLI in ~/.pulumi; ${withoutIt}`);
    return found;
}

/**
 * Makes sure that the official CLI is on this machine, with exactly the plugins that the program pins. To be called outside of
 * the lab's network, which does not reach the download servers.
 * @returns the choice, of a CLI on this machine
 * @throws Failure naming what could not be downloaded
 */
export async function readyCli(choice: EngineChoice): Promise<EngineChoice> {
    const argv = choice.argv[0] === "npx" ? [await fetched(choice.argv)] : choice.argv;
    const { stdout } = await run([...argv, "plugin", "ls", "--json"], { cwd: projectDir, env });
    const there = JSON.parse(stdout) as (PinnedPlugin & { kind: string })[];
    const isThere = ({ name, version }: PinnedPlugin): boolean =>
        there.some((plugin) => plugin.kind === "resource" && plugin.name === name && plugin.version === version);
    for (const plugin of pinnedPlugins().filter((pinned) => !isThere(pinned))) {
        const { name, version } = plugin;
        note(`installing plugin ${name} ${version} of the Pulumi CLI`);
        const install = [...argv, "plugin", "install", "resource", name, version, "--exact", "--non-interactive"];
        await run(install, { cwd: projectDir, env }).catch((error: unknown) => {
            throw new Failure(
                `plugin ${name} ${version}, which the Pulumi CLI needs, could not be installed: ${saidBy(error)}; ${withoutIt}`,
            );
        });
    }
    return { ...choice, argv };
}
