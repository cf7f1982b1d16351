import * as fs from "node:fs";
import * as path from "node:path";
import { parseYaml, yamlText } from "../../config/yaml";

export interface UntrackedConfig {
    /** Directory with the project's file, in which the official CLI makes the stack. */
    dir: string;
    /** The stack's configuration, for `--config-file`. */
    file: string;
}

type StackFile = { encryptionsalt?: string } & Record<string, unknown>;

const read = (file: string): StackFile =>
    fs.existsSync(file) ? ((parseYaml(fs.readFileSync(file, "utf8")) as StackFile | null) ?? {}) : {};

/**
 * Copies a stack's configuration out of the checkout to a place where the official CLI may write: it puts the salt of its
 * encryption into the file that it reads, and rewrites the whole file in its own notation. A salt in the checkout's file is
 * kept, as secrets in that file need it; otherwise the copy keeps the CLI's salt.
 */
export function untrackedConfig(projectDir: string, stack: string, dir: string): UntrackedConfig {
    const name = `Pulumi.${stack}.yaml`;
    const file = path.join(dir, name);
    fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
    fs.copyFileSync(path.join(projectDir, "Pulumi.yaml"), path.join(dir, "Pulumi.yaml"));
    const { encryptionsalt } = read(file);
    fs.writeFileSync(
        file,
        yamlText({ ...(encryptionsalt ? { encryptionsalt } : {}), ...read(path.join(projectDir, name)) }),
    );
    return { dir, file };
}
