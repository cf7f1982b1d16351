import { passphraseVariables } from "../../engine/secrets/phrase";
import { CommandError, run } from "../../process/run";
import { chooseEngine, findPulumi } from "../engine/choice";
import { readyCli } from "../engine/cli-ready";
import { pulumiSelectArgv } from "../engine/commandline";
import { isMissing, ownConfig } from "../engine/workplace";
import { Failure, messageOf, note } from "../result";

export interface PreparedPulumi {
    /** Path of the official CLI, if this machine has one. */
    cli?: string;
    /** Variables for its environment. */
    variables: Record<string, string>;
}

/**
 * Prepares the official CLI for a stack before the lab's network is entered, which has no route out: the passphrase, the
 * plugins, and the stack itself, which `pulumi up` requires. For another command, such as `ssh sip-1`, only the passphrase.
 * @param command the command to run in the shell; empty for an interactive shell
 * @throws Failure with the CLI's message if it can't make the stack
 */
export async function preparePulumi(stack: string, command: readonly string[]): Promise<PreparedPulumi> {
    const { variables: passphrase, notice } = passphraseVariables();
    if (notice) note(notice);
    const variables = { ...passphrase, PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_STACK: stack };
    const isTyped = command[0] === "pulumi";
    const cli = isTyped || findPulumi() ? chooseEngine("pulumi") : undefined;
    const isUsed = command.length === 0 || command.some((word) => word.includes("pulumi"));
    if (!cli || !isUsed) return { cli: cli?.argv[0], variables };

    const ready = await readyCli(cli).catch((error: unknown) => {
        if (cli.argv[0] === "npx") throw error;
        note(`pulumi up and preview will fail here: ${messageOf(error)}`);
        return cli;
    });
    if (isMissing(stack)) {
        const env = { ...passphrase, PULUMI_SKIP_UPDATE_CHECK: "true" };
        await run(pulumiSelectArgv(ready, stack, ownConfig(stack).dir), { env }).catch((error: unknown) => {
            if (!(error instanceof CommandError)) throw error;
            throw new Failure(`pulumi could not make stack ${stack}: ${error.message}`);
        });
    }
    return { cli: ready.argv[0], variables };
}
