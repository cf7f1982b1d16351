import { CheckpointCodec, hasEncrypted, readCheckpoint, type Checkpoint } from "./backend/checkpoint";
import {
    isObject,
    mapValue,
    SECRET,
    SIGNATURE,
    unwrapSecret,
    type PropertyMap,
    type PropertyValue,
} from "./properties";
import { readProject } from "./project";
import { layoutOf, Stack } from "./stack";
import { isStackType } from "./urn";

export interface OutputsOptions {
    showSecrets: boolean;
    /** The directory of Pulumi.yaml; the working directory by default. */
    projectDir?: string;
}

/** A resource of the stack, from the state. */
export interface ListedResource {
    urn: string;
    type: string;
    id?: string;
    custom: boolean;
    protect: boolean;
    /** Secrets are ciphertexts. */
    inputs: PropertyMap;
    /** The same; empty for a resource that is not there yet. */
    outputs: PropertyMap;
}

function load(
    stack: string,
    projectDir = process.cwd(),
): { checkpoint?: Checkpoint; open: () => Promise<CheckpointCodec> } {
    const project = readProject(projectDir, stack);
    const checkpoint = readCheckpoint(layoutOf(project).checkpoint);
    const open = async (): Promise<CheckpointCodec> =>
        new CheckpointCodec(await Stack.crypters(project, checkpoint).state);
    return { checkpoint, open };
}

const hidden = (value: PropertyValue): PropertyValue =>
    mapValue(value, (item) => (isObject(item) && item[SIGNATURE] === SECRET ? "[secret]" : item));

/**
 * The outputs of a stack, from its state; no engine runs. Secrets show as `[secret]` unless requested.
 * @returns nothing for a stack that was never made
 * @throws Error if the state can't be read, or if the passphrase is not the stack's
 */
export async function readOutputs(stack: string, options: OutputsOptions): Promise<Record<string, unknown>> {
    const { checkpoint, open } = load(stack, options.projectDir);
    const root = checkpoint?.latest?.resources?.find(({ type }) => isStackType(type));
    if (!root) return {};
    if (!options.showSecrets) return hidden(root.outputs ?? {}) as PropertyMap;
    if (!hasEncrypted({ stack, latest: { ...checkpoint!.latest!, resources: [root] } })) return root.outputs ?? {};
    return unwrapSecret((await open()).resource(root).outputs) as PropertyMap;
}

/** The resources of a stack, from its state; without those that only wait for their deletion. */
export function listResources(stack: string, projectDir?: string): ListedResource[] {
    const { checkpoint } = load(stack, projectDir);
    return (checkpoint?.latest?.resources ?? [])
        .filter((state) => !state.delete)
        .map(({ urn, type, id, custom, protect, inputs, outputs }) => ({
            ...{ urn, type, id, custom },
            protect: protect === true,
            inputs: inputs ?? {},
            outputs: outputs ?? {},
        }));
}
