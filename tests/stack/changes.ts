import * as fs from "node:fs";
import * as path from "node:path";
import { definitions } from "../../services/definitions";
import type { Layer } from "../../services/image";
import { projectDir } from "../../paths";

/** A change of one file that changes nothing of what the platform does. */
export interface Change {
    /** Path of a file below configs/, or `layer NAME`; docs/operating.md has a line for it. */
    name: string;
    file: string;
    edit: (text: string) => string;
}

/** What a change does to calls, as docs/operating.md says it. */
export interface Consequence {
    effect: "nothing" | "reload" | "restart" | "replace";
    /** Whether calls that are up stay up. */
    calls: "stay" | "end";
}

const docs = "docs/operating.md";

/** How a comment begins, by the folder or, where that does not say it, by the end of the name. */
const byFolder: Record<string, string> = { asterisk: ";" };
const byEnding: Record<string, string> = {
    ".cfg": "#",
    ".conf": "#",
    ".hcl": "#",
    ".ini": ";",
    ".list": "#",
    ".service": "#",
    "userlist.txt": ";", // https://www.pgbouncer.org/config.html#authentication-file-format
    "prometheus-node-exporter": "#", // an EnvironmentFile (systemd.exec(5))
};

/** @throws Error for a file whose kind is not known here */
function commentSign(file: string, text: string): string {
    const name = path.basename(file, ".mustache");
    const known =
        byFolder[path.basename(path.dirname(file))] ??
        Object.entries(byEnding).find(([ending]) => name.endsWith(ending))?.[1];
    const sign = known ?? (text.startsWith("#") ? "#" : undefined);
    if (sign) return sign;
    throw new Error(`${file}: how does a comment begin there? tests/stack/changes.ts has to know`);
}

const withComment = (file: string) => (text: string) =>
    `${text}${text.endsWith("\n") ? "" : "\n"}${commentSign(file, text)} a harmless change\n`;

function filesBelow(folder: string): string[] {
    return fs
        .readdirSync(path.join(projectDir, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(projectDir, path.join(entry.parentPath, entry.name)))
        .sort();
}

const templateChanges = (): Change[] =>
    filesBelow("configs")
        .filter((file) => !file.endsWith(".ts"))
        .map((file) => ({ name: file, file, edit: withComment(file) }));

/** A command more in its hook that does nothing, or, where there is none, a package more that it has already. */
function layerChange({ name, hook }: Layer): Change {
    if (hook) return { name: `layer ${name}`, file: hook, edit: (text) => `${text}:\n` };
    const packages = new RegExp(`(name: "${name}",[^}]*?packages: \\[)`);
    const file = filesBelow("services").find((each) =>
        packages.test(fs.readFileSync(path.join(projectDir, each), "utf8")),
    );
    if (!file) throw new Error(`no file of services/ has the packages of layer ${name}`);
    return {
        name: `layer ${name}`,
        file,
        edit: (text) => text.replace(packages, '$1"ca-certificates", '),
    };
}

/** One for each file below configs/ that is no program of ours, and one for each layer of an image. */
export const changes = (): Change[] => [...templateChanges(), ...definitions.layers.map(layerChange)];

export function changeOf(name: string): Change {
    const found = changes().find((change) => change.name === name);
    if (!found) throw new Error(`no file and no layer is named ${name}`);
    return found;
}

/** The lines of the table in docs/operating.md: `| configs/... | effect | calls |`, the name in backquotes. */
export function consequences(): Map<string, Consequence> {
    const lines = fs.readFileSync(path.join(projectDir, docs), "utf8").split("\n");
    const rows = lines.map((line) =>
        /^\| `([^`]+)` +\| (nothing|reload|restart|replace)\b[^|]*\| (stay|end)\b/.exec(line),
    );
    return new Map(
        rows.flatMap((row) => (row ? [[row[1], { effect: row[2], calls: row[3] } as Consequence] as const] : [])),
    );
}
