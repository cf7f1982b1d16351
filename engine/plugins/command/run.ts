import { CommandError, run } from "../../../process/run";
import type { OperationContext } from "../plugin";

export interface CommandInputs {
    create?: string;
    update?: string;
    delete?: string;
    stdin?: string;
    logging?: "stdout" | "stderr" | "stdoutAndStderr" | "none";
    addPreviousOutputInEnv?: boolean;
    /** Program and arguments before the command; a shell by default. */
    interpreter?: string[];
    /** Working directory; the project's by default. */
    dir?: string;
    environment?: Record<string, string>;
}

/** The output of a command, without the last newline. */
export interface CommandOutputs {
    stdout: string;
    stderr: string;
}

/** Whether the command's output on this stream is shown as progress. */
function isLogged({ logging = "stdoutAndStderr" }: CommandInputs, stream: "stdout" | "stderr"): boolean {
    return logging === "stdoutAndStderr" || logging === stream;
}

/** Variables with the output of the previous command. */
function previousOutput(inputs: CommandInputs, previous: Partial<CommandOutputs>): Record<string, string> {
    if (inputs.addPreviousOutputInEnv === false) return {};
    return {
        ...(previous.stdout && { PULUMI_COMMAND_STDOUT: previous.stdout }),
        ...(previous.stderr && { PULUMI_COMMAND_STDERR: previous.stderr }),
    };
}

const withoutLastNewline = (text: string): string => text.replace(/\n$/, "");

/**
 * Runs one command of a resource on this machine.
 * @param previous the output of the resource's last command
 * @throws Error with the exit status, the command and its output
 */
export async function runCommand(
    command: string,
    inputs: CommandInputs,
    previous: Partial<CommandOutputs>,
    ctx: OperationContext,
): Promise<CommandOutputs> {
    const interpreter = inputs.interpreter?.length ? inputs.interpreter : ["/bin/sh", "-c"];
    try {
        const { stdout, stderr } = await run([...interpreter, command], {
            cwd: inputs.dir,
            env: { ...inputs.environment, ...previousOutput(inputs, previous) },
            input: inputs.stdin,
            onLine: (line, stream) => isLogged(inputs, stream) && ctx.log(line),
            signal: ctx.signal,
            timeoutMs: ctx.timeoutSeconds && ctx.timeoutSeconds * 1000,
            ownGroup: true,
        });
        return { stdout: withoutLastNewline(stdout), stderr: withoutLastNewline(stderr) };
    } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        const printed = error.result.stdout + error.result.stderr;
        throw new Error(`${error.reason}: running ${JSON.stringify(command)}:\n${printed}`.trimEnd(), { cause: error });
    }
}
