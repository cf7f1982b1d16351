import { standardPorts } from "../services/registry";

const width = 120;

/** The description of the key `ports` in Pulumi.yaml. */
export const portsText = (): string =>
    "Ports that differ from the standard ones, by name; sip and sipTls are those of sipOwner, otherSip and otherSipTls of the " +
    `other proxy: ${Object.entries(standardPorts)
        .map(([name, port]) => `${name} ${port}`)
        .join(", ")}.`;

function wrapped(text: string, indent: string): string {
    const lines = text.split(" ").reduce<string[]>((all, word) => {
        const last = all.at(-1);
        return last === undefined || indent.length + last.length + 1 + word.length > width
            ? [...all, word]
            : [...all.slice(0, -1), `${last} ${word}`];
    }, []);
    return lines.map((line) => `${indent}${line}\n`).join("");
}

/** The text of Pulumi.yaml with `portsText` as the description of its key `ports`. @throws Error if it has no such key */
export function withPorts(yaml: string): string {
    const key = /(\n {2}ports:\n(?: {4}.*\n)*? {4}description: >-\n)(?: {6}.*\n)+/;
    if (!key.test(yaml)) throw new Error("Pulumi.yaml has no key ports with a folded description");
    return yaml.replace(key, (_, head: string) => head + wrapped(portsText(), " ".repeat(6)));
}
