import { yamlText } from "../../config/yaml";
import { readOutputs } from "../../engine/outputs";
import { projectDir } from "../../paths";
import { Failure, type Result } from "../result";

export const notUp = (stack: string): Failure =>
    new Failure(`stack ${stack} is not up: run ./voip up --stack ${stack}`, { facts: { stack } });

/** @throws Failure if the stack has no outputs: it was never up, or is destroyed. */
export async function stackOutputs(stack: string, showSecrets: boolean): Promise<Record<string, unknown>> {
    const values = await readOutputs(stack, { showSecrets, projectDir });
    if (Object.keys(values).length === 0) throw notUp(stack);
    return values;
}

export async function outputs({
    stack,
    showSecrets = false,
}: {
    stack: string;
    showSecrets?: boolean;
}): Promise<Result> {
    const values = await stackOutputs(stack, showSecrets);
    return { facts: values, text: yamlText(values) };
}
