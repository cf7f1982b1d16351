import * as path from "node:path";
import { projectDir } from "../paths";

/** The command line that runs a TypeScript file of the checkout, from any working directory. */
export const nodeArgv = (file: string): string[] => [
    process.execPath,
    "--require",
    path.join(projectDir, "process", "typescript.js"),
    path.join(projectDir, file),
];
