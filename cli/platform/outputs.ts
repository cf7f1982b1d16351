import type { PlatformOutputs } from "../../contract";
import { stackOutputs } from "../commands/outputs";
import { checkOwner } from "../engine/owner";

/** @throws Failure if the stack is not up, or belongs to another directory. */
export async function platformOutputs(stack: string, showSecrets = false): Promise<PlatformOutputs> {
    const outputs = (await stackOutputs(stack, showSecrets)) as unknown as PlatformOutputs;
    await checkOwner(stack, outputs.lab.enabled);
    return outputs;
}
