import * as fs from "node:fs";
import * as path from "node:path";

/** Whether this is an executable file. */
export function isProgram(file: string): boolean {
    try {
        fs.accessSync(file, fs.constants.X_OK);
        return fs.statSync(file).isFile();
    } catch {
        return false;
    }
}

/** The path of a program, found by its name as a shell does; undefined if there is none. */
export const onPath = (name: string, env: NodeJS.ProcessEnv = process.env): string | undefined =>
    (env.PATH ?? "")
        .split(path.delimiter)
        .map((dir) => path.join(dir, name))
        .find(isProgram);
