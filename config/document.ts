/**
 * `npm run docs` writes what is generated from other files: the ports in Pulumi.yaml, from the services, and
 * docs/configuration.md, from Pulumi.yaml. With `--check` it only fails if they are out of date.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../paths";
import { configurationPage } from "./markdown";
import { withPorts } from "./ports-text";
import { projectSchema } from "./stack";

const isCheck = process.argv.includes("--check");

function put(name: string, make: (found: string) => string, source: string): void {
    const file = path.join(projectDir, name);
    const found = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    const wanted = make(found);
    if (found === wanted) return;
    if (!isCheck) return fs.writeFileSync(file, wanted);
    process.stderr.write(`${name} is not what ${source}: write it with \`npm run docs\`\n`);
    process.exitCode = 1;
}

put("Pulumi.yaml", withPorts, "the services say of their ports");
put(path.join("docs", "configuration.md"), () => configurationPage(projectSchema()), "Pulumi.yaml says");
