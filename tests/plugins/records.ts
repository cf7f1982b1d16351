import * as fs from "node:fs";
import * as path from "node:path";
import type { ContainerInspect } from "../../engine/plugins/docker/container/inspect";
import { EmbeddedProvider } from "../../engine/provider/embedded";
import { pluginFor } from "../../engine/plugins";
import { isObject, type PropertyMap, type PropertyValue } from "../../engine/properties";

/** What an official plugin was asked and answered; the fields are those of recorder.ts, by method. */
export interface Call {
    method: "check" | "diff" | "create" | "read" | "update" | "delete" | "configure" | "checkConfig" | "diffConfig";
    urn: string;
    id: string;
    preview?: boolean;
    olds: PropertyMap;
    oldInputs: PropertyMap;
    news: PropertyMap;
    inputs: PropertyMap;
    outputs: PropertyMap;
    readId: string;
    readInputs: PropertyMap;
    failures: unknown[];
    ignoreChanges: string[];
    /** DiffResponse.DiffChanges: 0 unknown, 1 none, 2 some. */
    changes: 0 | 1 | 2;
    diffs: string[];
    replaces: string[];
    deleteBeforeReplace: boolean;
}

export interface Records {
    /** Package and version of the official plugin. */
    plugin: string;
    /** How the records were taken. */
    taken: string;
    calls: Call[];
}

const dir = path.join(__dirname, "recorded");

export const recorded = (): Records[] =>
    fs
        .readdirSync(dir)
        .filter((name) => /-[\d.]+\.json$/.test(name))
        .map((name) => JSON.parse(fs.readFileSync(path.join(dir, name), "utf8")) as Records);

/** What Docker's API said (`GET /containers/NAME/json`) of the containers in the records; only what is used of it. */
export function inspectedContainer(name: string): ContainerInspect {
    const file = path.join(dir, "inspected-containers.json");
    const all = JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, ContainerInspect>;
    return all[name];
}

/** Of `vault-7.8.0`: `vault`. */
export const packageOf = ({ plugin }: Records): string => plugin.replace(/-[\d.]+$/, "");

/** Our own plugin of that package, as the engine uses it; not configured. */
export async function embeddedPlugin(name: string): Promise<EmbeddedProvider> {
    return new EmbeddedProvider(await pluginFor(name)!(), new AbortController().signal, () => undefined);
}

/** A value by path, to say where two differ. */
export function leaves(value: PropertyValue, at = ""): Record<string, PropertyValue> {
    if (Array.isArray(value) && value.length > 0) {
        return Object.assign({}, ...value.map((item, index) => leaves(item, `${at}[${index}]`))) as PropertyMap;
    }
    if (isObject(value) && Object.keys(value).length > 0) {
        const parts = Object.entries(value).map(([key, item]) => leaves(item, at ? `${at}.${key}` : key));
        return Object.assign({}, ...parts) as PropertyMap;
    }
    return { [at]: value };
}
