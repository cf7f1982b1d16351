import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../paths";
import type { Schema } from "./schema";
import { validateConfig, type Invalid, type Valid } from "./validate";
import { parseYaml, YamlError } from "./yaml";

function readYaml(file: string): Record<string, unknown> {
    return (parseYaml(fs.readFileSync(file, "utf8")) ?? {}) as Record<string, unknown>;
}

/** Every config key of the project with its type, default and description. */
export function projectSchema(directory: string = projectDir): Schema {
    return readYaml(path.join(directory, "Pulumi.yaml")).config as Schema;
}

/** The stacks that have a config file, by name. */
export function stacks(directory: string = projectDir): string[] {
    return fs.readdirSync(directory).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

/**
 * Checks the stack's files before anything is touched; encrypted values are skipped and checked when the program runs. The
 * files are read again each time.
 */
export function validateStack(stack: string, directory: string = projectDir): Valid | Invalid {
    const file = path.join(directory, `Pulumi.${stack}.yaml`);
    if (!/^[\w-]{1,40}$/.test(stack)) {
        return { problems: [`Stack ${JSON.stringify(stack)}: allowed are 1 to 40 letters, digits, "_" and "-".`] };
    }
    if (!fs.existsSync(file)) {
        const there = stacks(directory).join(", ");
        return {
            problems: [`Stack "${stack}" has no file Pulumi.${stack}.yaml: write one, or choose one of ${there}.`],
        };
    }
    try {
        const raw = (readYaml(file).config ?? {}) as Record<string, unknown>;
        return validateConfig(projectSchema(directory), raw, directory);
    } catch (error) {
        if (!(error instanceof YamlError)) throw error;
        return { problems: [`Pulumi.${stack}.yaml is not valid YAML: ${error.message.split("\n")[0].trim()}`] };
    }
}
