import Module from "node:module";
import type { CheckFailure } from "./provider";
import { annotateSecrets, containsUnknowns, unwrapSecrets, UNKNOWN_VALUE, type PropertyMap } from "../properties";
import { fromStruct, toStruct } from "../struct";
import type { GrpcProvider } from "./grpc";
import type { Checked, Diff, OldResource, OperationOptions, Provider } from "./provider";

/** The methods that the code of a dynamic resource may have (sdk/nodejs/dynamic/index.ts, ResourceProvider). */
interface Code {
    configure?(request: { config: unknown }): Promise<void>;
    check?(olds: PropertyMap, news: PropertyMap): Promise<{ inputs?: PropertyMap; failures?: CheckFailure[] }>;
    diff?(id: string, olds: PropertyMap, news: PropertyMap): Promise<Partial<DiffResult>>;
}

interface DiffResult {
    changes: boolean;
    replaces: string[];
    deleteBeforeReplace: boolean;
}

/** The property that keeps a resource's code. */
const CODE = "__provider";

const UNKNOWN_DIFF: Diff = { changes: "unknown", replaces: [], diffs: [], deleteBeforeReplace: false };

/** Evaluates a CommonJS module that is not in a file; it resolves packages from the working directory, which is the project's. */
function evaluate(source: string): { handler(): Code } {
    const module = new Module("") as Module & { _compile(source: string, file: string): void; paths: string[] };
    const paths = Module as unknown as { _nodeModulePaths(directory: string): string[] };
    module.paths = paths._nodeModulePaths(process.cwd());
    module._compile(source, "");
    return module.exports as { handler(): Code };
}

/** Only values that the wire can represent: others, such as a function, are an error here too. */
const onWire = (map: PropertyMap): PropertyMap => fromStruct(toStruct(map));

const changesOf = (changes: boolean | undefined): Diff["changes"] =>
    changes === true ? "some" : changes === false ? "none" : "unknown";

/**
 * The provider of dynamic resources, whose code comes with each resource. `check` and `diff`, which compare properties, are
 * called here, as in the SDK's own provider (sdk/nodejs/cmd/dynamic-provider): if nothing changes, no other call is needed.
 * Calls with effects outside run in the SDK's provider, in a separate process that may crash, hang or be killed.
 */
export class DynamicProvider implements Provider {
    private configuration: PropertyMap = {};
    private readonly codes = new Map<string, Promise<Code>>();
    private process?: Promise<GrpcProvider>;

    /** @param start starts the SDK's provider */
    constructor(
        private readonly project: string,
        private readonly start: () => Promise<GrpcProvider>,
    ) {}

    private outside(): Promise<GrpcProvider> {
        this.process ??= this.start().then(async (provider) => {
            await provider.configure(this.configuration);
            return provider;
        });
        return this.process;
    }

    async checkConfig(_urn: string, _olds: PropertyMap, news: PropertyMap): Promise<Checked> {
        return { inputs: news, failures: [] };
    }

    async diffConfig(): Promise<Diff> {
        return UNKNOWN_DIFF;
    }

    async configure(inputs: PropertyMap): Promise<void> {
        this.configuration = inputs;
    }

    /** In a preview with unknown configuration the provider can't be called. */
    private get isConfigured(): boolean {
        return !containsUnknowns(this.configuration);
    }

    private code(olds: PropertyMap, news: PropertyMap): Promise<Code> {
        const source = (news[CODE] === UNKNOWN_VALUE ? olds : news)[CODE] as string;
        let code = this.codes.get(source);
        if (!code) {
            code = this.load(source);
            this.codes.set(source, code);
        }
        return code;
    }

    private async load(source: string): Promise<Code> {
        const code = evaluate(source).handler();
        if (code.configure) {
            const { Config } = await import("@pulumi/pulumi/cmd/dynamic-provider/config");
            const values = unwrapSecrets(this.configuration) as Record<string, string>;
            await code.configure({ config: new Config(values, this.project) });
        }
        return code;
    }

    async check(_urn: string, olds: PropertyMap, news: PropertyMap): Promise<Checked> {
        if (!this.isConfigured) return { inputs: news, failures: [] };
        const [before, wanted] = [unwrapSecrets(olds), unwrapSecrets(news)];
        const code = await this.code(before, wanted);
        const { inputs = wanted, failures = [] } = (await code.check?.(before, wanted)) ?? {};
        return { inputs: annotateSecrets(onWire({ ...inputs, [CODE]: news[CODE] }), news), failures };
    }

    async diff(_urn: string, old: OldResource, news: PropertyMap): Promise<Diff> {
        if (!this.isConfigured) return UNKNOWN_DIFF;
        const [before, wanted] = [unwrapSecrets(old.outputs), unwrapSecrets(news)];
        const code = await this.code(before, wanted);
        if (!code.diff) return UNKNOWN_DIFF;
        const { changes, replaces = [], deleteBeforeReplace = false } = await code.diff(old.id, before, wanted);
        return { changes: changesOf(changes), replaces, diffs: [], deleteBeforeReplace };
    }

    /** A preview makes nothing: the SDK's provider has no previews. */
    async create(urn: string, inputs: PropertyMap, options: OperationOptions): ReturnType<Provider["create"]> {
        if (options.preview) return { id: "", outputs: this.isConfigured ? inputs : {} };
        return (await this.outside()).create(urn, inputs, options);
    }

    async read(urn: string, old: OldResource, timeoutSeconds?: number): Promise<OldResource | undefined> {
        return (await this.outside()).read(urn, old, timeoutSeconds);
    }

    async update(
        urn: string,
        old: OldResource,
        inputs: PropertyMap,
        ignoreChanges: string[],
        options: OperationOptions,
    ): Promise<PropertyMap> {
        if (options.preview) return this.isConfigured ? inputs : {};
        return (await this.outside()).update(urn, old, inputs, ignoreChanges, options);
    }

    async delete(urn: string, old: OldResource, timeoutSeconds?: number): Promise<void> {
        return (await this.outside()).delete(urn, old, timeoutSeconds);
    }

    async discard(urn: string, inputs: PropertyMap, timeoutSeconds?: number): Promise<void> {
        return (await this.outside()).discard(urn, inputs, timeoutSeconds);
    }

    async invoke(token: string, args: PropertyMap): ReturnType<Provider["invoke"]> {
        return (await this.outside()).invoke(token, args);
    }

    async close(): Promise<void> {
        await this.process?.then(
            (provider) => provider.close(),
            () => undefined,
        );
    }
}
