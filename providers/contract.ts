/* What the modules that dynamic.ts describes as `provider.ts` have in common. Only types of the SDK: no code of it is loaded. */
import type * as pulumi from "@pulumi/pulumi";

export type CheckFailure = pulumi.dynamic.CheckFailure;

/** What Pulumi's dynamic provider calls; every method is there, so that none is forgotten. */
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

/** What stands for a value that only the update will tell (Pulumi's wire format, `UnknownStringValue`). */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether the value is known already; in a preview, outputs of resources that are yet to be made are not. */
export const isKnown = (value: unknown): boolean => value !== unknownValue;
