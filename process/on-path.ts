import * as fs from "node:fs";
import * as path from "node:path";

/** Whether this is a file that may be run. */
export function isProgram(file: string): boolean {
    try {
        fs.accessSync(file, fs.constants.X_OK);
        return fs.statSync(file).isFile();
    } catch {
        return false;
    }
}

/** Where a program is found by its name, if it is; as a shell finds it. */
export const onPath = (name: string, env: NodeJS.ProcessEnv = process.env): string | undefined =>
    (env.PATH ?? "")
        .split(path.delimiter)
        .map((dir) => path.join(dir, name))
        .find(isProgram);
