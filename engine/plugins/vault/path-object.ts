import { changedFields, type Field } from "../inputs";
import { objectType, type ObjectType } from "../object";
import type { Properties, ResourceType, Value } from "../plugin";
import { readUnless, type VaultApi, type VaultData } from "./api";

export interface PathField extends Field {
    /** Name in the API; default: the property's name in snake case. */
    api?: string;
    /** Part of the path, not of the written data. */
    inPath?: boolean;
    /** Only the request that makes the object may contain it; a later one is refused, even with an equal value. */
    onCreate?: boolean;
    /** The API does not report it. */
    hidden?: boolean;
}

/** An object that is written, read and deleted at a path. */
export interface PathObject extends Pick<ObjectType, "computed" | "secretOutputs" | "schemaVersion" | "others"> {
    fields: Record<string, PathField>;
    path: (inputs: Properties) => string;
    /** The resource's id, as in the official provider: the path, unless this function gives another. */
    id?: (inputs: Properties) => string;
    /** Outputs that need a separate request. */
    readMore?(api: VaultApi, id: string): Promise<Properties>;
    /** The API can't delete it: it is removed with its mount. */
    permanent?: boolean;
}

export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const apiName = (name: string, field: PathField): string => field.api ?? snakeCase(name);

/** The request body for the named properties; a property that is no longer given is sent empty. */
function body(fields: Record<string, PathField>, inputs: Properties, names: string[]): Record<string, Value> {
    const empty = (field: Field): Value => (typeof field.shape === "object" ? [] : field.shape === "integer" ? 0 : "");
    return Object.fromEntries(
        names
            .filter((name) => !fields[name].inPath)
            .map((name) => [apiName(name, fields[name]), inputs[name] ?? fields[name].default ?? empty(fields[name])]),
    );
}

/** The API's value in the property's type: the API mixes numbers and numeric text. */
export function inType(field: Field, value: Value | undefined): Value | undefined {
    if (value === undefined || value === null) return undefined;
    if (field.shape === "integer" && typeof value === "string") return Number(value);
    if (field.shape === "string" && typeof value === "number") return String(value);
    return value;
}

/** Outputs by property, from the content of a path. */
export function properties(fields: Record<string, PathField>, data: VaultData): Properties {
    return Object.fromEntries(
        Object.entries(fields)
            .filter(([, field]) => !field.inPath && !field.hidden)
            .map(([name, field]): [string, Value | undefined] => [name, inType(field, data[apiName(name, field)])])
            .filter(([, value]) => value !== undefined),
    );
}

/** Makes a resource type from an object at a path. */
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
            // in some engines an omitted value returns to its default, in others it stays
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
