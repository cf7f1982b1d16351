/* Shared by the modules that dynamic.ts describes as `provider.ts`. Only types of the SDK: none of its code is loaded. */
import type * as pulumi from "@pulumi/pulumi";

export type CheckFailure = pulumi.dynamic.CheckFailure;

/** The methods that Pulumi's dynamic provider calls; all are required, so that none is forgotten. */
export interface DynamicProvider<Inputs extends object, Outputs extends Inputs> {
    check(olds: Inputs, news: Inputs): Promise<{ inputs: Inputs; failures: CheckFailure[] }>;
    diff(id: string, olds: Outputs, news: Inputs): Promise<pulumi.dynamic.DiffResult>;
    create(inputs: Inputs): Promise<{ id: string; outs: Outputs }>;
    read(id: string, props: Outputs): Promise<{ id: string; props?: Outputs; inputs?: Inputs }>;
    update(id: string, olds: Outputs, news: Inputs): Promise<{ outs: Outputs }>;
    delete(id: string, props: Outputs): Promise<void>;
}

/** The answer of `read` for a resource that no longer exists. */
export const gone = { id: "" } as const;

/** Represents a value that only the update will reveal (Pulumi's wire format, `UnknownStringValue`). */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether the value is known already; in a preview, outputs of resources that don't exist yet are not. */
export const isKnown = (value: unknown): boolean => value !== unknownValue;
