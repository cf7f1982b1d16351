import * as fs from "node:fs";
import * as path from "node:path";

/** Commands of the official CLI (with their aliases) that run or change a stack by its configuration, and write to that file. */
const withConfig = ["up", "update", "preview", "pre", "refresh", "destroy", "down", "dn", "import", "watch"];

/** Commands that accept a policy pack. */
const withPolicies = ["up", "update", "preview", "pre", "watch"];

/** Options that may come before the command, with their value as a separate word. */
const withValue = [
    ...["-C", "--cwd", "-s", "--stack", "--color", "-v", "--verbose"],
    ...["--tracing", "--otel-traces", "--profiling", "--memprofilerate"],
];

/** What a `pulumi ...` command line asks for. */
export interface Invocation {
    command?: string;
    /** Without organization and project. */
    stack?: string;
    /** Where it works. */
    dir: string;
    has: (option: string) => boolean;
}

function valueOf(argv: readonly string[], long: string, short: string): string | undefined {
    for (const [index, word] of argv.entries()) {
        if (word === long || word === short) return argv[index + 1];
        if (word.startsWith(`${long}=`)) return word.slice(long.length + 1);
        if (word.startsWith(short) && !word.startsWith("--")) return word.slice(short.length).replace(/^=/, "");
    }
    return undefined;
}

/** Parses a command line of the official CLI. `cwd` is where it was typed. */
export function readInvocation(argv: readonly string[], cwd: string): Invocation {
    return {
        command: argv.find((word, index) => !word.startsWith("-") && !withValue.includes(argv[index - 1])),
        stack: valueOf(argv, "--stack", "-s")?.split("/").at(-1),
        dir: path.resolve(cwd, valueOf(argv, "--cwd", "-C") ?? "."),
        has: (option) => argv.some((word) => word === option || word.startsWith(`${option}=`)),
    };
}

/** The directory of the project that a directory belongs to. */
function projectOf(dir: string): string | undefined {
    if (fs.existsSync(path.join(dir, "Pulumi.yaml"))) return fs.realpathSync(dir);
    const parent = path.dirname(dir);
    return parent === dir ? undefined : projectOf(parent);
}

/**
 * The options to add to a command line of the official CLI, so that it works as under `./voip`: with a copy of the stack's
 * configuration, and with the policies. Options that were typed take precedence; other projects and commands are left alone.
 * @param copyOf makes the copy for a stack, and returns its path
 */
export function moreOptions(
    { command = "", stack, dir, has }: Invocation,
    project: { dir: string; stack: string; copyOf: (stack: string) => string },
): string[] {
    if (!withConfig.includes(command) || projectOf(dir) !== fs.realpathSync(project.dir)) return [];
    const config = has("--config-file") ? [] : ["--config-file", project.copyOf(stack ?? project.stack)];
    const isBound = withPolicies.includes(command) && !has("--policy-pack");
    return [...config, ...(isBound ? ["--policy-pack", path.join(project.dir, "policies")] : [])];
}
