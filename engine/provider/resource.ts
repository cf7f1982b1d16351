import { randomUUID } from "node:crypto";
import { equalValues, UNKNOWN_VALUE, type PropertyMap } from "../properties";
import { packageOfType, typeOfUrn } from "../urn";
import type { Checked, Diff, OldResource, OperationOptions, Provider } from "./provider";
import { configOf, type ProviderRegistry } from "./registry";

/**
 * The life cycle of provider resources (`pulumi:providers:docker`): making one means configuring it, as in the official engine
 * (pulumi/pulumi, pkg/resource/deploy/providers/registry.go).
 */
export class ProviderResources implements Provider {
    /** Loaded by check; configured only when the plan of the resource is known. */
    private readonly fresh = new Map<string, Promise<Provider>>();

    constructor(private readonly registry: ProviderRegistry) {}

    private load(urn: string, inputs: PropertyMap): Promise<Provider> {
        let provider = this.fresh.get(urn);
        if (!provider) {
            const version = typeof inputs.version === "string" ? inputs.version : undefined;
            provider = this.registry.load(packageOfType(typeOfUrn(urn)), version, urn);
            this.fresh.set(urn, provider);
        }
        return provider;
    }

    async checkConfig(): Promise<never> {
        throw new Error("a provider resource has no provider of its own");
    }

    async diffConfig(): Promise<never> {
        throw new Error("a provider resource has no provider of its own");
    }

    async configure(): Promise<void> {}

    async check(urn: string, olds: PropertyMap, news: PropertyMap): Promise<Checked> {
        const checked = await (await this.load(urn, news)).checkConfig(urn, configOf(olds), configOf(news));
        const inputs = { ...checked.inputs };
        for (const own of ["version", "__internal"]) if (news[own] !== undefined) inputs[own] = news[own];
        if (inputs.version !== undefined) inputs.__internal ??= {}; // as the official engine writes it
        return { ...checked, inputs };
    }

    async diff(urn: string, old: OldResource, news: PropertyMap): Promise<Diff> {
        const diff = await (await this.load(urn, news)).diffConfig(urn, old.id, old.inputs, news);
        if (diff.changes !== "unknown") return diff;
        return { ...diff, changes: equalValues(configOf(old.inputs), configOf(news)) ? "none" : "some" };
    }

    /** Configures the provider of an unchanged provider resource. */
    async same(urn: string, inputs: PropertyMap): Promise<void> {
        await this.registry.use(urn, await this.load(urn, inputs), inputs);
    }

    async create(urn: string, inputs: PropertyMap, options: OperationOptions): ReturnType<Provider["create"]> {
        await this.same(urn, inputs);
        return { id: options.preview ? UNKNOWN_VALUE : randomUUID(), outputs: configOf(inputs) };
    }

    async read(_urn: string, old: OldResource): Promise<OldResource> {
        return old;
    }

    async update(urn: string, _old: OldResource, inputs: PropertyMap): Promise<PropertyMap> {
        await this.same(urn, inputs);
        return configOf(inputs);
    }

    async delete(): Promise<void> {}

    async discard(): Promise<void> {}

    async invoke(): Promise<never> {
        throw new Error("a provider resource has no functions");
    }

    async close(): Promise<void> {}
}
