/**
 * How one of our own resources is defined, in three files under `providers/<thing>/`:
 *
 *  - `resource.ts`: its arguments, its outputs and a class that extends `DynamicResource`; loaded by the program.
 *  - `provider.ts`: `export const provider: DynamicProvider<Inputs, Outputs>` (contract.ts); loaded by Pulumi's dynamic provider
 *    process and, for `check` and `diff`, by the embedded engine. It must not use @pulumi/pulumi, which takes long to load.
 *  - the logic, in ordinary files that don't use Pulumi and are tested separately.
 *
 *     export interface KernelModuleArgs {
 *         /** Name of the module as `modprobe` takes it. *\/
 *         module: pulumi.Input<string>;
 *     }
 *
 *     export class KernelModule extends DynamicResource {
 *         declare readonly version: pulumi.Output<string>;      // `declare`, or the field overwrites what Pulumi set
 *
 *         constructor(name: string, args: KernelModuleArgs, opts?: pulumi.CustomResourceOptions) {
 *             const definition = { type: "KernelModule", provider: "providers/kernel-module/provider.ts", outputs: ["version"] };
 *             super(definition, name, args, opts);
 *         }
 *     }
 *
 * The state keeps, per resource, the code that manages it: here 590 bytes that load `provider.ts` from the checkout (the
 * working directory of the dynamic provider process is the project's), so that a bug fixed today takes effect when a
 * resource made yesterday is refreshed or deleted. Hence a provider must handle what its earlier versions stored, and
 * the path of its `provider.ts` must not change.
 *
 * Rules for a provider:
 *  - `check` names the property, the value received and what is allowed. It sees unknown values during a preview: use `isKnown`.
 *  - `diff` compares the last outputs (or, after a refresh, what `read` found) with the wanted inputs.
 *  - `read` returns `gone` for a missing resource, and otherwise its real state, as `props` and as `inputs`: without
 *    `inputs` a refresh reports no drift.
 *  - `create` cleans up after itself when it fails, and takes over what a killed run left.
 *  - `delete` succeeds if there is nothing left to delete. With an empty id, and only the inputs, it must delete what a killed
 *    `create` may have left.
 *  - Outputs hold no secret, unless named in `secretOutputs`; secret inputs stay secret automatically.
 *  - What it prints on standard error is shown as progress. Errors are one sentence; their stack is not shown.
 */
import * as pulumi from "@pulumi/pulumi";

export interface DynamicDefinition {
    /** The resource's type is `pulumi-nodejs:dynamic/voip:<type>`. */
    type: string;
    /** Path of the module that exports `provider`, from the project's directory. */
    provider: string;
    /** Names of the outputs that are not also inputs. */
    outputs: string[];
    /** Names of the outputs that are always secret. */
    secretOutputs?: string[];
}

/**
 * The code that the state keeps for a resource: a CommonJS module whose `handler` returns the provider. It is written here by
 * hand instead of by the SDK's closure serialiser, which loads a TypeScript compiler at every start of the program. Results
 * pass through JSON to drop undefined members, which Pulumi's wire format can't represent.
 */
export function storedProvider(module: string): string {
    return `const path = require("path");
const call = (method) => async (...args) => {
    try {
        require(path.resolve("process/typescript.js"));
        const result = await require(path.resolve(${JSON.stringify(module)})).provider[method](...args);
        return result && JSON.parse(JSON.stringify(result));
    } catch (error) {
        error.stack = "";
        throw error;
    }
};
const methods = ["check", "diff", "create", "read", "update", "delete"];
exports.handler = () => Object.fromEntries(methods.map((method) => [method, call(method)]));
`;
}

/** A resource whose provider is part of this checkout; like `pulumi.dynamic.Resource`, with `storedProvider`. */
export abstract class DynamicResource extends pulumi.CustomResource {
    constructor(
        definition: DynamicDefinition,
        name: string,
        args: object,
        opts: pulumi.CustomResourceOptions | undefined,
    ) {
        const outputs = Object.fromEntries(definition.outputs.map((output) => [output, undefined]));
        const props: pulumi.Inputs = { ...outputs, ...args, __provider: storedProvider(definition.provider) };
        const secrets = { additionalSecretOutputs: definition.secretOutputs ?? [] };
        super(`pulumi-nodejs:dynamic/voip:${definition.type}`, name, props, pulumi.mergeOptions(secrets, opts));
    }
}
