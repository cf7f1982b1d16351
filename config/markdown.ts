import { project } from "./problems";
import type { KeySchema, KeyType, Schema } from "./schema";

const typeNames: Record<KeyType, string> = {
    string: "Text",
    integer: "Whole number",
    boolean: "`true` or `false`",
    array: "List",
    object: "Map",
};

function defaultText({ type, default: value }: KeySchema): string {
    if (value === "") return "empty by default";
    if (type === "array" || type === "object") return `default \`${JSON.stringify(value)}\``;
    return `default \`${String(value)}\``;
}

const section = (name: string, key: KeySchema): string =>
    `## \`${name}\`\n\n${typeNames[key.type]}, ${defaultText(key)}. ${key.description.trim()}\n`;

/** The page docs/configuration.md: every config key with its type, default and description. */
export function configurationPage(schema: Schema): string {
    const head = `# Configuration

Made from \`Pulumi.yaml\` by \`npm run docs\`; change it there. A stack sets a key in \`Pulumi.<stack>.yaml\` as \`${project}:KEY\`, or with
\`pulumi config set KEY VALUE\`. What is not a known key, or not an allowed value, is refused before anything is touched.
`;
    return [head, ...Object.entries(schema).map(([name, key]) => section(name, key))].join("\n");
}
