import { leanNode, loader } from "../../process/node";
import { withFaultPoints } from "../fault-points";
import { pluginFor } from "../plugins";
import { without, type PropertyMap } from "../properties";
import type { ResourceState } from "../state";
import { nameOfUrn, packageOfType, parseProviderReference, typeOfUrn } from "../urn";
import { DynamicProvider } from "./dynamic";
import { EmbeddedProvider } from "./embedded";
import { installedPlugin, startPlugin, type PluginProcess } from "./process";
import type { Provider } from "./provider";
import type { Methods } from "../methods";
import type { LogServer } from "./log-server";

/** The package of dynamic resources. */
export const DYNAMIC_PACKAGE = "pulumi-nodejs";

export interface RegistryOptions {
    projectDir: string;
    project: string;
    /** The engine's methods for plugins: logging. */
    engine: Methods;
    /** Aborted when in-process plugins must stop at once. */
    abort: AbortSignal;
    /** Finds a provider resource of the state. */
    state: (urn: string) => ResourceState | undefined;
    log: (line: string, urn?: string) => void;
}

/** The inputs for the provider, without those for the engine only. */
export function configOf(inputs: PropertyMap): PropertyMap {
    return without(inputs, "__internal");
}

/** The providers of one operation, by the URN of their provider resource. */
export class ProviderRegistry {
    private readonly configured = new Map<string, Promise<Provider>>();
    private readonly loaded: Provider[] = [];
    private dynamicProcess?: Promise<PluginProcess>;
    private logServer?: Promise<LogServer>;

    constructor(private readonly options: RegistryOptions) {}

    /** The gRPC address that plugins log to, which they get as an argument. gRPC is loaded for the first of them. */
    private async logAddress(): Promise<string> {
        this.logServer ??= import("./log-server").then(({ LogServer }) => new LogServer(this.options.engine));
        return (await this.logServer).address;
    }

    /** Starts the process of dynamic resources early. A failure shows when it is used. */
    startDynamic(): Promise<PluginProcess> {
        const { projectDir, project, log } = this.options;
        this.dynamicProcess ??= this.logAddress().then((address) =>
            startPlugin(
                "provider of dynamic resources",
                [
                    ...[...leanNode, "--require", loader],
                    ...[require.resolve("@pulumi/pulumi/cmd/dynamic-provider", { paths: [projectDir] }), address],
                ],
                { cwd: projectDir, env: { ...process.env, PULUMI_NODEJS_PROJECT: project } },
                (line) => log(line),
            ),
        );
        this.dynamicProcess.catch(() => undefined);
        return this.dynamicProcess;
    }

    /**
     * Loads a new provider of the package, not configured yet.
     * @throws Error if there is neither an installed plugin nor one of ours.
     */
    async load(packageName: string, version: string | undefined, urn: string): Promise<Provider> {
        const provider = withFaultPoints(await this.create(packageName, version, urn));
        this.loaded.push(provider);
        return provider;
    }

    private async create(packageName: string, version: string | undefined, urn: string): Promise<Provider> {
        const { log } = this.options;
        if (packageName === DYNAMIC_PACKAGE) {
            return new DynamicProvider(this.options.project, async () => {
                const { address, stop } = await this.startDynamic();
                return new (await import("./grpc")).GrpcProvider(address, stop, true);
            });
        }
        const binary = version ? installedPlugin(packageName, version) : undefined;
        if (binary) {
            const argv = [binary, await this.logAddress()];
            const options = { cwd: this.options.projectDir, env: process.env };
            const { address, stop } = await startPlugin(`plugin ${binary}`, argv, options, (line) => log(line, urn));
            return new (await import("./grpc")).GrpcProvider(address, stop);
        }
        const make = pluginFor(packageName);
        if (!make) {
            throw new Error(
                `package '${packageName}' has no embedded plugin: install the official one, version ${version ?? "any"}`,
            );
        }
        return new EmbeddedProvider(await make(), this.options.abort, log);
    }

    /** Configures a provider for use by resources that refer to `urn`. */
    use(urn: string, provider: Provider, inputs: PropertyMap): Promise<Provider> {
        const ready = provider.configure(configOf(inputs)).then(() => provider);
        this.configured.set(urn, ready);
        return ready;
    }

    /** The provider that a resource refers to; one that this run has not registered is configured from the state. */
    get(reference: string): Promise<Provider> {
        const { urn } = parseProviderReference(reference);
        let provider = this.configured.get(urn);
        if (!provider) {
            const state = this.options.state(urn);
            if (!state) throw new Error(`provider ${nameOfUrn(urn)} (${typeOfUrn(urn)}) is not in the stack's state`);
            const version = typeof state.inputs.version === "string" ? state.inputs.version : undefined;
            provider = this.load(packageOfType(state.type), version, urn).then((loaded) =>
                loaded.configure(configOf(state.inputs)).then(() => loaded),
            );
            this.configured.set(urn, provider);
        }
        return provider;
    }

    async close(): Promise<void> {
        await Promise.allSettled(this.loaded.map((provider) => provider.close()));
        await this.dynamicProcess?.then(
            ({ stop }) => stop(),
            () => undefined,
        );
        (await this.logServer)?.close();
    }
}
