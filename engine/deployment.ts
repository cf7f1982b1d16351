import { oldUrns } from "./aliases";
import { Creation, withSecretOutputs } from "./creation";
import { StoppedError, type Executor, type Step } from "./executor";
import type { Goal } from "./goal";
import { equalValues, secret, UNKNOWN_VALUE, type PropertyMap } from "./properties";
import { configOf, DYNAMIC_PACKAGE, type ProviderRegistry } from "./provider/registry";
import { ProviderResources } from "./provider/resource";
import type { Provider } from "./provider/provider";
import { PolicyViolation, type PolicyPack } from "./policies";
import type { PlainConfig } from "./project";
import type { Removal } from "./removal";
import { planStep } from "./steps";
import type { ResourceState } from "./state";
import {
    isBuiltIn,
    isProviderType,
    makeUrn,
    nameOfUrn,
    packageOfType,
    parseProviderReference,
    providerType,
} from "./urn";

export interface Registered {
    urn: string;
    id?: string;
    outputs: PropertyMap;
    /** In a run with targets: the resource was left out, so its outputs are unknown. */
    unknown?: boolean;
}

export interface ProviderRequest {
    /** URN::ID of a provider resource; empty for the default provider. */
    reference: string;
    version: string;
    pluginDownloadUrl: string;
}

export interface ReadRequest {
    urn: string;
    type: string;
    parent?: string;
    id: string;
    inputs: PropertyMap;
    dependencies: string[];
    additionalSecretOutputs: string[];
    provider: ProviderRequest;
}

export interface DeploymentOptions {
    project: string;
    stack: string;
    config: PlainConfig;
    /** URNs; empty for all. */
    targets: ReadonlySet<string>;
    policies?: PolicyPack;
}

/** Makes the resources match what the running program registers. */
export class Deployment {
    private readonly registered = new Set<string>();
    /** Resources that the state has under another URN. */
    private readonly renamed = new Map<string, string>();
    private readonly defaults = new Map<string, Promise<string>>();
    private readonly providerResources: ProviderResources;
    private readonly creation: Creation;

    constructor(
        private readonly options: DeploymentOptions,
        private readonly executor: Executor,
        private readonly registry: ProviderRegistry,
        private readonly removal: Removal,
    ) {
        this.providerResources = new ProviderResources(registry);
        this.creation = new Creation(executor, registry, removal, this.registered);
    }

    /** The reference of the provider of a request; a default provider is made on first use. */
    providerFor(type: string, request: ProviderRequest): Promise<string> {
        if (request.reference) return Promise.resolve(request.reference);
        const packageName = packageOfType(type);
        const key = [packageName, request.version, request.pluginDownloadUrl].join(" ");
        let reference = this.defaults.get(key);
        if (!reference) {
            reference = this.registerDefault(packageName, request);
            this.defaults.set(key, reference);
        }
        return reference;
    }

    private async registerDefault(packageName: string, request: ProviderRequest): Promise<string> {
        const { version, pluginDownloadUrl } = request;
        const name = ["default", version.replace(/[^A-Za-z0-9]+/g, "_"), pluginDownloadUrl.replace(/[^\w./-]/g, "_")];
        const type = providerType(packageName);
        const urn = makeUrn(this.options.stack, this.options.project, undefined, type, name.filter(Boolean).join("_"));
        const inputs = this.packageConfig(packageName);
        if (version) inputs.version = version;
        if (pluginDownloadUrl) inputs.__internal = { pluginDownloadURL: pluginDownloadUrl };
        const { id } = await this.register(simpleGoal(urn, type, inputs), undefined);
        return `${urn}::${id ?? UNKNOWN_VALUE}`;
    }

    /** A package's own configuration; dynamic resources get all of it, with full keys. */
    private packageConfig(packageName: string): PropertyMap {
        const { values, secretKeys } = this.options.config;
        const result: PropertyMap = {};
        for (const [key, value] of Object.entries(values)) {
            if (packageName !== DYNAMIC_PACKAGE && !key.startsWith(`${packageName}:`)) continue;
            const name = packageName === DYNAMIC_PACKAGE ? key : key.slice(packageName.length + 1);
            result[name] = secretKeys.includes(key) ? secret(value) : value;
        }
        return result;
    }

    /**
     * @param providerReference undefined for components and provider resources
     * @throws StoppedError, or the failure, which has been reported
     */
    async register(goal: Goal, providerReference: string | undefined): Promise<Registered> {
        try {
            return await this.settle(goal, providerReference);
        } catch (error) {
            const { type, urn, custom, inputs } = goal;
            this.fail(error as Error, { op: "create", new: { type, urn, custom, inputs, outputs: {} } });
            throw error;
        }
    }

    private async settle(goal: Goal, providerReference: string | undefined): Promise<Registered> {
        const { snapshot } = this.executor;
        const { urn } = goal;
        if (this.registered.has(urn)) {
            throw new Error(`two resources have the name ${nameOfUrn(urn)} and the type ${goal.type}`);
        }
        this.registered.add(urn);
        const urns = [urn, ...oldUrns(goal, this.renamed)];
        const known = urns.map((each) => snapshot.old(each)).find((state) => state !== undefined);
        if (known && known.urn !== urn) this.renamed.set(urn, known.urn);
        if (!this.isTarget(goal)) return this.leave(goal, known, providerReference);

        const provider = await this.provider(goal, providerReference);
        const old = known && provider && snapshot.isHalfUpdated(known) ? await this.look(known, provider) : known;
        const forcedBy = this.creation.isReplaced(goal.deletedWith)
            ? "deletedWith"
            : (await this.isProviderReplaced(old, providerReference))
              ? "provider"
              : undefined;
        const plan = await planStep(goal, old, provider, forcedBy);
        this.enforcePolicies(goal, plan.inputs);
        const state = await this.creation.carryOut(plan, goal, old, provider, providerReference);
        return { urn: goal.urn, id: state.id, outputs: state.outputs };
    }

    /** Whether a move to another provider replaces the resource: only if the new provider's configuration requires it. */
    private async isProviderReplaced(old: ResourceState | undefined, reference: string | undefined): Promise<boolean> {
        if (!old?.provider || !reference || old.provider === reference) return false;
        const [before, after] = [parseProviderReference(old.provider), parseProviderReference(reference)];
        if (before.urn === after.urn) return true;
        const { snapshot } = this.executor;
        const [from, to] = [snapshot.current(before.urn), snapshot.current(after.urn)];
        if (!from || !to || this.renamed.get(after.urn) === before.urn) return false;
        const provider = await this.registry.get(reference);
        const diff = await provider.diffConfig(after.urn, after.id, configOf(from.inputs), configOf(to.inputs));
        return diff.replaces.length > 0;
    }

    /** Reads a resource that a killed run was updating; it is updated again in any case, as a read does not show everything. */
    private async look(halfUpdated: ResourceState, provider: Provider): Promise<ResourceState | undefined> {
        const { urn, id = "", inputs, outputs, customTimeouts } = halfUpdated;
        const found = await provider.read(urn, { id, inputs, outputs }, customTimeouts?.read);
        if (!found) {
            this.executor.snapshot.remove(halfUpdated);
            return undefined;
        }
        const state = withSecretOutputs({ ...halfUpdated, ...found, initErrors: ["its last update was interrupted"] });
        this.executor.snapshot.exchange(halfUpdated, state);
        return state;
    }

    /** A preview continues, to report all violations. */
    private enforcePolicies({ urn, type }: Goal, properties: PropertyMap): void {
        const broken = this.options.policies?.analyze({ urn, type, properties }) ?? [];
        if (broken.length > 0 && !this.executor.preview) throw new PolicyViolation(broken.join("\n"));
    }

    private async provider(goal: Goal, reference: string | undefined): Promise<Provider | undefined> {
        if (isProviderType(goal.type)) return this.providerResources;
        return reference ? this.registry.get(reference) : undefined;
    }

    /** Reports the failure, if that was not done yet, and starts nothing more. */
    fail(error: Error, step?: Step): void {
        if (error instanceof StoppedError || this.executor.isReported(error)) return;
        this.executor.fail(error, step);
    }

    /** An existing resource that is only read (`Resource.get`); it is never changed or deleted. */
    async read(request: ReadRequest): Promise<Registered> {
        if (isBuiltIn(request.type)) {
            throw new Error(`${nameOfUrn(request.urn)}: the embedded engine does not support '${request.type}'`);
        }
        if (request.id === UNKNOWN_VALUE) return { urn: request.urn, outputs: {}, unknown: true };
        const provider = await this.providerFor(request.type, request.provider);
        const { urn, type, parent, id, inputs, dependencies } = request;
        const wanted = {
            urn,
            type,
            custom: true,
            external: true,
            id,
            inputs,
            outputs: {},
            parent,
            dependencies: dependencies.length > 0 ? dependencies : undefined,
            provider,
            additionalSecretOutputs:
                request.additionalSecretOutputs.length > 0 ? request.additionalSecretOutputs : undefined,
        };
        const state = await this.executor.run(
            { op: "read", old: this.executor.snapshot.old(urn), new: wanted },
            async () => {
                const found = await (await this.registry.get(provider)).read(urn, { id, inputs, outputs: {} });
                if (!found) throw new Error(`${nameOfUrn(urn)} (${type}) with id '${id}' does not exist`);
                return withSecretOutputs({ ...wanted, id: found.id, outputs: found.outputs });
            },
            (result) => this.executor.snapshot.add(result!, this.executor.snapshot.old(urn)),
        );
        return { urn, id, outputs: state!.outputs };
    }

    async invoke(token: string, args: PropertyMap, request: ProviderRequest): ReturnType<Provider["invoke"]> {
        if (isBuiltIn(token)) throw new Error(`the embedded engine does not support '${token}'`);
        const reference = await this.providerFor(token, request);
        return (await this.registry.get(reference)).invoke(token, args);
    }

    private isTarget(goal: Goal): boolean {
        const { targets } = this.options;
        return targets.size === 0 || targets.has(goal.urn) || !goal.custom || isProviderType(goal.type);
    }

    private leave(goal: Goal, old: ResourceState | undefined, provider: string | undefined): Registered {
        if (!old) {
            const { urn, type, custom, parent } = goal;
            this.executor.skip({ urn, type, custom, parent, provider, inputs: {}, outputs: {} });
            return { urn, outputs: goal.inputs, unknown: true };
        }
        this.executor.leave(old);
        return { urn: goal.urn, id: old.id, outputs: old.outputs };
    }

    /** The outputs of a component; for the stack itself, its outputs. */
    async registerOutputs(urn: string, outputs: PropertyMap): Promise<void> {
        const { snapshot, save } = this.executor;
        const state = snapshot.current(urn);
        if (!state) throw new Error(`outputs were registered for ${urn}, which is not registered itself`);
        const next = equalValues(state.outputs, outputs) ? state : { ...state, outputs };
        if (next !== state) {
            snapshot.exchange(state, next);
            await save();
        }
        this.executor.reportOutputs(next);
    }

    /** Removes what the program no longer wants, and what was replaced. */
    async removeRest(): Promise<void> {
        const { targets } = this.options;
        const { snapshot } = this.executor;
        const isMeant = ({ urn, type }: ResourceState): boolean =>
            targets.size === 0 || (targets.has(urn) && !isProviderType(type));
        await this.removal.removeAll([...snapshot.remaining(), ...snapshot.halfMade()].filter(isMeant));
    }
}

/** A resource that is wanted with nothing but its inputs. */
export function simpleGoal(urn: string, type: string, inputs: PropertyMap): Goal {
    return {
        urn,
        type,
        custom: true,
        inputs,
        protect: false,
        dependencies: [],
        propertyDependencies: {},
        ignoreChanges: [],
        replaceOnChanges: [],
        additionalSecretOutputs: [],
        aliases: [],
        retainOnDelete: false,
    };
}
