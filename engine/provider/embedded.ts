import {
    UNKNOWN,
    type OperationContext,
    type Plugin,
    type Properties,
    type ResourceType,
    type Value,
} from "../plugins/plugin";
import { PartialError } from "../plugins/plugin";
import { annotateSecrets, isObject, isSecret, secret, UNKNOWN_VALUE, unwrapSecrets, without } from "../properties";
import type { PropertyMap, PropertyValue } from "../properties";
import { nameOfUrn, typeOfUrn } from "../urn";
import { InitError, type Checked, type Diff, type OldResource, type OperationOptions, type Provider } from "./provider";

function toPlugin(value: PropertyValue): Value {
    if (value === UNKNOWN_VALUE) return UNKNOWN;
    if (Array.isArray(value)) return value.map(toPlugin);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlugin(item)]));
}

function fromPlugin(value: Value): PropertyValue {
    if (value === UNKNOWN) return UNKNOWN_VALUE;
    if (Array.isArray(value)) return value.map(fromPlugin);
    if (typeof value !== "object" || value === null) return value;
    return fromProperties(value);
}

function fromProperties(properties: Properties): PropertyMap {
    const result: PropertyMap = {};
    for (const [key, value] of Object.entries(properties)) if (value !== undefined) result[key] = fromPlugin(value);
    return result;
}

const toProperties = (map: PropertyMap): Properties => toPlugin(unwrapSecrets(map)) as Properties;

/** Marks the properties that the resource type declares secret, and those that were secret inputs. */
function mark(type: ResourceType, properties: PropertyMap, ...like: PropertyMap[]): PropertyMap {
    const result = like.reduce((map, other) => annotateSecrets(map, other), properties);
    for (const name of type.secretOutputs) markAt(result, name.split("."));
    return result;
}

function markAt(map: PropertyMap, [name, ...inside]: string[]): void {
    const value = map[name];
    if (value === undefined || isSecret(value)) return;
    if (inside.length === 0) map[name] = secret(value);
    else if (isObject(value)) markAt((map[name] = { ...value }), inside);
}

/** The wanted inputs, with the named properties as they are: also those that only a read of the resource has shown. */
function ignoring(names: string[], old: OldResource, news: PropertyMap): PropertyMap {
    const wanted = { ...news };
    for (const name of names) if (old.outputs[name] !== undefined) wanted[name] = old.outputs[name];
    return wanted;
}

/** One of our own plugins, in the engine's process. */
export class EmbeddedProvider implements Provider {
    constructor(
        private readonly plugin: Plugin,
        private readonly abort: AbortSignal,
        private readonly log: (line: string, urn: string) => void,
    ) {}

    private type(urn: string): ResourceType {
        const token = typeOfUrn(urn);
        if (Object.hasOwn(this.plugin.types, token)) return this.plugin.types[token];
        throw new Error(
            `resource type '${token}' (${nameOfUrn(urn)}) is not in the embedded ${this.plugin.name} plugin, which has ` +
                `${Object.keys(this.plugin.types).join(", ")}; install the official plugin to use it`,
        );
    }

    private context(urn: string, options: OperationOptions): OperationContext {
        const { preview, timeoutSeconds } = options;
        return { urn, preview, timeoutSeconds, signal: this.abort, log: (line) => this.log(line, urn) };
    }

    async checkConfig(_urn: string, _olds: PropertyMap, news: PropertyMap): Promise<Checked> {
        return { inputs: news, failures: [] };
    }

    async diffConfig(): Promise<Diff> {
        return { changes: "unknown", replaces: [], diffs: [], deleteBeforeReplace: false };
    }

    configure(inputs: PropertyMap): Promise<void> {
        return this.plugin.configure(toProperties(without(inputs, "version")));
    }

    async check(urn: string, olds: PropertyMap, news: PropertyMap): Promise<Checked> {
        const type = this.type(urn);
        const { inputs, failures } = await type.check(toProperties(olds), toProperties(news));
        return { inputs: mark(type, fromProperties(inputs), news), failures };
    }

    async diff(urn: string, old: OldResource, news: PropertyMap, ignoreChanges: string[]): Promise<Diff> {
        const diff = await this.type(urn).diff(
            old.id,
            toProperties(old.inputs),
            toProperties(old.outputs),
            toProperties(ignoring(ignoreChanges, old, news)),
        );
        return { ...diff, changes: diff.changes ? "some" : "none" };
    }

    async create(urn: string, inputs: PropertyMap, options: OperationOptions): ReturnType<Provider["create"]> {
        const type = this.type(urn);
        return partial(type, inputs, async () => {
            const made = await type.create(toProperties(inputs), this.context(urn, options));
            return { id: made.id, outputs: mark(type, fromProperties(made.outputs), inputs) };
        });
    }

    async read(urn: string, old: OldResource): Promise<OldResource | undefined> {
        const type = this.type(urn);
        if (!type.read) return old;
        const found = await type.read(old.id, toProperties(old.inputs), toProperties(old.outputs));
        if (!found) return undefined;
        return {
            id: found.id,
            inputs: mark(type, fromProperties(found.inputs), old.inputs),
            outputs: mark(type, fromProperties(found.outputs), old.inputs, old.outputs),
        };
    }

    async update(
        urn: string,
        old: OldResource,
        inputs: PropertyMap,
        ignoreChanges: string[],
        options: OperationOptions,
    ): Promise<PropertyMap> {
        const type = this.type(urn);
        return partial(type, inputs, async () => {
            const context = this.context(urn, options);
            const wanted = toProperties(ignoring(ignoreChanges, old, inputs));
            const made = await type.update?.(old.id, toProperties(old.outputs), wanted, context);
            if (!made) throw new Error(`a resource of type '${typeOfUrn(urn)}' can't be updated in place`);
            return mark(type, fromProperties(made.outputs), inputs);
        });
    }

    delete(urn: string, old: OldResource, timeoutSeconds?: number): Promise<void> {
        return this.type(urn).delete(
            old.id,
            toProperties(old.outputs),
            this.context(urn, { preview: false, timeoutSeconds }),
        );
    }

    async discard(urn: string, inputs: PropertyMap, timeoutSeconds?: number): Promise<void> {
        await this.type(urn).discard?.(toProperties(inputs), this.context(urn, { preview: false, timeoutSeconds }));
    }

    async invoke(token: string, args: PropertyMap): ReturnType<Provider["invoke"]> {
        if (!Object.hasOwn(this.plugin.functions, token)) {
            throw new Error(
                `function '${token}' is not in the embedded ${this.plugin.name} plugin; install the official plugin`,
            );
        }
        return { result: fromProperties(await this.plugin.functions[token](toProperties(args))), failures: [] };
    }

    async close(): Promise<void> {
        await this.plugin.close?.();
    }
}

/** A half-made resource is recorded like one from a plugin process. */
async function partial<T>(type: ResourceType, inputs: PropertyMap, operation: () => Promise<T>): Promise<T> {
    try {
        return await operation();
    } catch (error) {
        if (!(error instanceof PartialError)) throw error;
        const outputs = mark(type, fromProperties(error.outputs), inputs);
        throw new InitError(error.id, outputs, [error.message], error.message);
    }
}
