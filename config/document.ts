/** `npm run docs` writes docs/configuration.md; with `--check` it only fails where that is not what Pulumi.yaml says. */
import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../paths";
import { configurationPage } from "./markdown";
import { projectSchema } from "./stack";

const file = path.join(projectDir, "docs", "configuration.md");
const page = configurationPage(projectSchema());

if (!process.argv.includes("--check")) fs.writeFileSync(file, page);
else if (!fs.existsSync(file) || fs.readFileSync(file, "utf8") !== page) {
    process.stderr.write("docs/configuration.md is not what Pulumi.yaml says: write it with `npm run docs`\n");
    process.exitCode = 1;
}
