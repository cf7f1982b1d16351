import * as fs from "node:fs";
import * as path from "node:path";
import { readProject } from "../../engine/project";
import { layoutOf } from "../../engine/stack";
import { projectDir } from "../../paths";

/** Folders that the program never loads; everything else in the checkout may matter, package-lock.json for its packages. */
const notLoaded = new Set(["bench", "cli", "coverage", "docs", "node_modules", "tests"]);

/** The inputs of a stack: its configuration, the program with everything it loads, and the policies. */
export function sources(stack: string, dir = projectDir): string[] {
    const isOtherStack = (name: string): boolean => /^Pulumi\..+\.yaml$/.test(name) && name !== `Pulumi.${stack}.yaml`;
    return fs
        .readdirSync(dir)
        .filter((name) => !name.startsWith(".") && !notLoaded.has(name) && !isOtherStack(name))
        .map((name) => path.join(dir, name));
}

function newest(file: string): number {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (!stat) return 0;
    const inside = stat.isDirectory() ? fs.readdirSync(file).map((name) => newest(path.join(file, name))) : [];
    return Math.max(stat.mtimeMs, ...inside);
}

/** Whether the program or the stack's configuration is newer than the last operation that the backend recorded. */
export function isChanged(stack: string, dir = projectDir): boolean {
    const { history } = layoutOf(readProject(dir, stack));
    const last = fs.statSync(history, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return sources(stack, dir).some((file) => newest(file) > last);
}
