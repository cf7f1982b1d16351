import * as fs from "node:fs";
import * as path from "node:path";
import { parseYaml, yamlText } from "../../config/yaml";
import { projectDir } from "../../paths";
import { stack, testRoot } from "./environment";

const file = path.join(projectDir, `Pulumi.${stack}.yaml`);
const original = path.join(testRoot, `Pulumi.${stack}.yaml`);

/** Changes the configuration of the tests' stack until `restoreConfig`, or until the next run of tests. */
export function changeConfig(changes: Record<string, unknown>): void {
    if (!fs.existsSync(original)) fs.copyFileSync(file, original);
    const { config } = parseYaml(fs.readFileSync(original, "utf8")) as { config: Record<string, unknown> };
    for (const [key, value] of Object.entries(changes)) config[`voip-stack:${key}`] = value;
    fs.writeFileSync(file, yamlText({ config }));
}

/** Puts the configuration back, where it was changed. */
export function restoreConfig(): void {
    if (!fs.existsSync(original)) return;
    fs.copyFileSync(original, file);
    fs.rmSync(original);
}
