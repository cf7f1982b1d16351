import * as fs from "node:fs";
import * as path from "node:path";
import { readProject } from "../../engine/project";
import { layoutOf } from "../../engine/stack";
import { projectDir } from "../../paths";

/** What a stack is made from: its configuration, the program, and the rules that it keeps to. */
const sources = (stack: string): string[] => [
    ...["Pulumi.yaml", `Pulumi.${stack}.yaml`, "index.ts", "outputs.ts", "topology.ts"],
    ...["components", "config", "configs", "policies", "providers"],
];

function newest(file: string): number {
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (!stat) return 0;
    const inside = stat.isDirectory() ? fs.readdirSync(file).map((name) => newest(path.join(file, name))) : [];
    return Math.max(stat.mtimeMs, ...inside);
}

/** Whether the program or the stack's configuration is newer than the last operation that the backend has on record. */
export function isChanged(stack: string): boolean {
    const { history } = layoutOf(readProject(projectDir, stack));
    const last = fs.statSync(history, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return sources(stack).some((file) => newest(path.join(projectDir, file)) > last);
}
