import { Deployment, simpleGoal, type DeploymentOptions } from "../../../engine/deployment";
import { EventStream, type EngineEvent } from "../../../engine/events";
import { Executor } from "../../../engine/executor";
import type { Goal } from "../../../engine/goal";
import { changedKeys, type PropertyMap } from "../../../engine/properties";
import type { Provider } from "../../../engine/provider/provider";
import type { ProviderRegistry } from "../../../engine/provider/registry";
import { Removal } from "../../../engine/removal";
import { Snapshot, type PendingOperation, type ResourceState } from "../../../engine/state";

export const urnOf = (name: string, type = "t:i:T"): string => `urn:pulumi:s::p::${type}::${name}`;

/** The provider of the resources here, and its reference. */
export const providerUrn = urnOf("t", "pulumi:providers:t");
export const reference = `${providerUrn}::1`;

/** What a program wants. */
export const goal = (name: string, inputs: PropertyMap = {}, more: Partial<Goal> = {}): Goal => ({
    ...simpleGoal(urnOf(name), "t:i:T", inputs),
    ...more,
});

/** What the last run left. */
export const state = (name: string, inputs: PropertyMap = {}, more: Partial<ResourceState> = {}): ResourceState => ({
    urn: urnOf(name),
    custom: true,
    id: `id of ${name}`,
    type: "t:i:T",
    inputs,
    outputs: { ...inputs, made: true },
    provider: reference,
    ...more,
});

interface Options {
    preview?: boolean;
    targets?: string[];
    interrupted?: PendingOperation[];
    provider?: Partial<Provider>;
    deployment?: Partial<DeploymentOptions>;
}

/** A deployment on a provider that does what it is told, and notes it down. */
export function deploying(resources: ResourceState[] = [], options: Options = {}) {
    const { preview = false, targets = [], interrupted = [] } = options;
    const calls: [string, ...unknown[]][] = [];
    const events: EngineEvent[] = [];
    const fake: Partial<Provider> = {
        check: async (_urn, _olds, news) => ({ inputs: news, failures: [] }),
        checkConfig: async (_urn, _olds, news) => ({ inputs: news, failures: [] }),
        diff: async (_urn, old, news) => {
            const diffs = changedKeys(old.inputs, news);
            return { changes: diffs.length > 0 ? "some" : "none", replaces: [], diffs, deleteBeforeReplace: false };
        },
        diffConfig: async () => ({ changes: "none", replaces: [], diffs: [], deleteBeforeReplace: false }),
        create: async (urn, inputs) => ({
            id: `new id of ${urn.split("::").pop()}`,
            outputs: { ...inputs, made: true },
        }),
        update: async (_urn, _old, inputs) => ({ ...inputs, made: true }),
        read: async (_urn, old) => old,
        delete: async () => undefined,
        discard: async () => undefined,
        invoke: async () => ({ result: { answer: 1 }, failures: [] }),
        ...options.provider,
    };
    const noted = Object.fromEntries(
        Object.entries(fake).map(([name, act]) => [
            name,
            (...args: never[]) => {
                if (!/check|diff$/.test(name)) calls.push([name, ...args]);
                return (act as (...all: never[]) => unknown)(...args);
            },
        ]),
    ) as unknown as Provider;
    const used: [string, PropertyMap][] = [];
    const registry = {
        get: async () => noted,
        load: async () => noted,
        use: async (urn: string, _provider: Provider, inputs: PropertyMap) => {
            used.push([urn, inputs]);
            return noted;
        },
    } as unknown as ProviderRegistry;
    const snapshot = new Snapshot(resources, interrupted);
    let saves = 0;
    const save = async (): Promise<void> => void saves++;
    const executor = new Executor(snapshot, new EventStream((event) => events.push(event)), preview, 4, save);
    const removal = new Removal(executor, registry);
    const deployment = new Deployment(
        {
            project: "p",
            stack: "s",
            config: { values: {}, secretKeys: [] },
            targets: new Set(targets),
            ...options.deployment,
        },
        executor,
        registry,
        removal,
    );
    return {
        ...{ deployment, executor, registry, snapshot, calls, events, used },
        saves: () => saves,
        /** Steps as they were done. */
        steps: () =>
            events.flatMap(({ resOutputsEvent }) =>
                resOutputsEvent
                    ? [`${resOutputsEvent.metadata.op} ${resOutputsEvent.metadata.urn.split("::").pop()}`]
                    : [],
            ),
        /** Why a resource is replaced. */
        reasons: (name: string) =>
            events.flatMap(({ resourcePreEvent }) => {
                const { op, urn, keys = [] } = resourcePreEvent?.metadata ?? {};
                return op === "replace" && urn === urnOf(name) ? keys : [];
            }),
        errors: () =>
            events.flatMap(({ diagnosticEvent }) =>
                diagnosticEvent?.severity === "error" ? [diagnosticEvent.message] : [],
            ),
    };
}
