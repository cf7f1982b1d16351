import * as path from "node:path";
import { projectDir } from "../paths";

/** What lets Node load the TypeScript of the checkout, and start quickly: `node --require`. */
export const loader = path.join(projectDir, "process", "typescript.js");

/** The command line that runs a TypeScript file of the checkout, from any working directory. */
export const nodeArgv = (file: string): string[] => [
    process.execPath,
    "--require",
    loader,
    path.join(projectDir, file),
];
