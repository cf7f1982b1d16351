import * as fs from "node:fs";
import * as path from "node:path";
import Mustache from "mustache";

/** A file for a VM. */
export interface GuestFile {
    /** Absolute path on the VM. */
    path: string;
    content: string;
    /** Octal permissions; 0644 by default. */
    mode?: string;
    /** Written only where there is none: from then on it belongs to the service. */
    initial?: boolean;
}

type Token = [kind: string, name: string, start: number, end: number, inner?: Token[]];

function lookup(name: string, scopes: readonly unknown[]): unknown {
    const [first, ...rest] = name.split(".");
    const scope = [...scopes].reverse().find((view) => typeof view === "object" && view !== null && first in view);
    return rest.reduce<unknown>(
        (value, member) => (value as Record<string, unknown> | undefined)?.[member],
        (scope as Record<string, unknown> | undefined)?.[first],
    );
}

function check(tokens: readonly Token[], scopes: readonly unknown[], template: string): void {
    for (const [kind, name, , , inner] of tokens) {
        if (kind === "text" || kind === "!") continue;
        const value = lookup(name, scopes);
        if (value === undefined) throw new Error(`Template ${template} needs a value for ${JSON.stringify(name)}.`);
        if (kind !== "#" || !value) continue;
        for (const item of Array.isArray(value) ? value : [value]) check(inner ?? [], [...scopes, item], template);
    }
}

/**
 * Renders a template of `configs/`; the one place where this happens. Values are put in as they are.
 * @param template path from `configs/`, without `.mustache`
 * @throws Error naming the template and a variable it uses and the view lacks
 */
export function render(template: string, view: object): string {
    const text = fs.readFileSync(path.join(__dirname, `${template}.mustache`), "utf8");
    check(Mustache.parse(text) as Token[], [view], template);
    return Mustache.render(text, view, {}, { escape: String });
}
