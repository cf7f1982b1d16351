import { passphraseVariables } from "../../engine/secrets/phrase";
import { CommandError, run } from "../../process/run";
import { pulumiSelectArgv } from "../engine/commandline";
import { isMissing, ownConfig } from "../engine/workplace";
import { Failure, note } from "../result";

/**
 * Prepares the official CLI for a stack: its passphrase, and a place for its state, which it wants to be there before `up`.
 * @returns variables for its environment
 * @throws Failure with what the CLI said when it can't make the stack
 */
export async function preparePulumi(cli: string, stack: string): Promise<Record<string, string>> {
    const { variables, notice } = passphraseVariables();
    if (notice) note(notice);
    const env = { ...variables, PULUMI_SKIP_UPDATE_CHECK: "true" };
    if (isMissing(stack)) {
        const argv = pulumiSelectArgv({ engine: "pulumi", argv: [cli], why: "" }, stack, ownConfig(stack).dir);
        await run(argv, { env }).catch((error: unknown) => {
            if (!(error instanceof CommandError)) throw error;
            throw new Failure(`pulumi could not make stack ${stack}: ${error.message}`);
        });
    }
    return { ...env, PULUMI_STACK: stack };
}
