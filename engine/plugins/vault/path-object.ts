import { changedFields, type Field } from "../inputs";
import { objectType, type ObjectType } from "../object";
import type { Properties, ResourceType, Value } from "../plugin";
import { readUnless, type VaultApi, type VaultData } from "./api";

export interface PathField extends Field {
    /** Name in the API; that of the property in snake case by default. */
    api?: string;
    /** Part of the path, not of what is written there. */
    inPath?: boolean;
    /** Only the request that makes the object may have it; a later one is refused, even with an equal value. */
    onCreate?: boolean;
    /** The API does not tell it. */
    hidden?: boolean;
}

/** An object that is written at a path, and read and deleted there. */
export interface PathObject extends Pick<ObjectType, "computed" | "secretOutputs" | "schemaVersion" | "others"> {
    fields: Record<string, PathField>;
    path: (inputs: Properties) => string;
    /** The resource's id, as in the official provider: the path, unless this says otherwise. */
    id?: (inputs: Properties) => string;
    /** Outputs that need a request of their own. */
    readMore?(api: VaultApi, id: string): Promise<Properties>;
    /** The API has no way to delete it: it goes with its mount. */
    permanent?: boolean;
}

export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const apiName = (name: string, field: PathField): string => field.api ?? snakeCase(name);

/** What is sent for the properties named; a property that is no longer given is sent empty. */
function body(fields: Record<string, PathField>, inputs: Properties, names: string[]): Record<string, Value> {
    const empty = (field: Field): Value => (typeof field.shape === "object" ? [] : field.shape === "integer" ? 0 : "");
    return Object.fromEntries(
        names
            .filter((name) => !fields[name].inPath)
            .map((name) => [apiName(name, fields[name]), inputs[name] ?? fields[name].default ?? empty(fields[name])]),
    );
}

/** The API's notation in the property's type: it writes numbers as text and text as numbers, as it likes. */
export function inType(field: Field, value: Value | undefined): Value | undefined {
    if (value === undefined || value === null) return undefined;
    if (field.shape === "integer" && typeof value === "string") return Number(value);
    if (field.shape === "string" && typeof value === "number") return String(value);
    return value;
}

/** Outputs by property, from what a path holds. */
export function properties(fields: Record<string, PathField>, data: VaultData): Properties {
    return Object.fromEntries(
        Object.entries(fields)
            .filter(([, field]) => !field.inPath && !field.hidden)
            .map(([name, field]): [string, Value | undefined] => [name, inType(field, data[apiName(name, field)])])
            .filter(([, value]) => value !== undefined),
    );
}

/** The life of an object at a path as that of a resource. */
export function pathObject(api: () => VaultApi, object: PathObject): ResourceType {
    const { fields, computed, path } = object;
    const idOf = object.id ?? path;
    return objectType({
        ...object,
        id: idOf,
        async create(inputs) {
            const given = Object.keys(fields).filter((name) => inputs[name] !== undefined);
            await api().write(path(inputs), body(fields, inputs, given));
            return { id: idOf(inputs) };
        },
        async read(_id, known) {
            const data = await readUnless(api(), path(known), /no such/);
            if (!data) return undefined;
            const told: Properties = Object.fromEntries((computed ?? []).map((name) => [name, data[snakeCase(name)]]));
            return { ...told, ...properties(fields, data), ...(await object.readMore?.(api(), path(known))) };
        },
        async update(_id, olds, inputs) {
            // what is left out goes back to its default in some engines, and stays as it was in others
            const given = Object.keys(fields).filter((name) => inputs[name] !== undefined);
            const names = [...new Set([...given, ...changedFields(fields, olds, inputs)])];
            const changeable = names.filter((name) => !fields[name].onCreate);
            await api().write(path(inputs), body(fields, inputs, changeable));
        },
        async delete(_id, outputs) {
            if (!object.permanent) await api().remove(path(outputs));
        },
    });
}
