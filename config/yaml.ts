import { createRequire } from "node:module";
import * as path from "node:path";
import type * as JsYaml from "js-yaml";

/** The package in one file instead of 25 modules, which loads in a tenth of the time. */
const packaged = createRequire(__filename);
const oneFile = path.join(path.dirname(packaged.resolve("js-yaml/package.json")), "dist", "js-yaml.min.js");
const { CORE_SCHEMA, dump, load, YAMLException } = packaged(oneFile) as typeof JsYaml;

/** The text is not valid YAML. The message is one line, with the position in the text. */
export class YamlError extends Error {
    constructor(text: string, { reason, mark }: JsYaml.YAMLException) {
        super(mark ? `${reason} at ${place(text, mark)}` : reason);
        this.name = "YamlError";
    }
}

/**
 * Lines and columns count from 1. What is missing at the end is reported after the last character, not in a line that does not
 * exist.
 */
function place(text: string, { line, column }: JsYaml.Mark): string {
    const lines = text.split("\n");
    const last = lines.length - 1;
    return line > last
        ? `line ${last + 1}, column ${lines[last].length + 1}`
        : `line ${line + 1}, column ${column + 1}`;
}

/**
 * Parses YAML 1.2 (core schema); an empty text is null. Every process of a run reads the project's file: js-yaml takes a sixth
 * of yaml's time for it.
 * @throws YamlError
 */
export function parseYaml(text: string): unknown {
    try {
        return load(text, { schema: CORE_SCHEMA }) ?? null;
    } catch (error) {
        if (error instanceof YAMLException) throw new YamlError(text, error);
        throw error;
    }
}

/** Formats a value as YAML; members without a value are left out. */
export const yamlText = (value: unknown): string =>
    dump(value, { schema: CORE_SCHEMA, lineWidth: -1, skipInvalid: true });
