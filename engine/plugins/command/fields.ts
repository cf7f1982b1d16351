import { changedFields, type Fields } from "../inputs";
import { type DiffResult, type Properties } from "../plugin";

/** The inputs that local and remote commands share. */
export const commandFields: Fields = {
    create: { shape: "string" },
    update: { shape: "string" },
    delete: { shape: "string" },
    triggers: { shape: { list: "any" }, replaces: true },
    stdin: { shape: "string" },
    logging: { shape: "string", oneOf: ["stdout", "stderr", "stdoutAndStderr", "none"] },
    addPreviousOutputInEnv: { shape: "boolean" },
};

export interface CommandInputs {
    create?: string;
    update?: string;
    delete?: string;
    stdin?: string;
    logging?: "stdout" | "stderr" | "stdoutAndStderr" | "none";
    addPreviousOutputInEnv?: boolean;
}

/** What a command printed, each without its last newline. */
export interface CommandOutputs {
    stdout: string;
    stderr: string;
}

/** A changed trigger replaces the resource; anything else that changed runs `update`, or `create` where that is not given. */
export function diffCommand(fields: Fields, oldInputs: Properties, newInputs: Properties): DiffResult {
    const diffs = changedFields(fields, oldInputs, newInputs);
    const replaces = diffs.filter((name) => fields[name].replaces);
    return { changes: diffs.length > 0, replaces, diffs, deleteBeforeReplace: false };
}

/** Whether what the command prints there is shown as progress. */
export function isLogged(inputs: CommandInputs, stream: "stdout" | "stderr"): boolean {
    const { logging = "stdoutAndStderr" } = inputs;
    return logging === "stdoutAndStderr" || logging === stream;
}

/** Variables with which a command sees what the one before it printed. */
export function previousOutput(inputs: CommandInputs, previous: Partial<CommandOutputs>): Record<string, string> {
    if (inputs.addPreviousOutputInEnv === false) return {};
    return {
        ...(previous.stdout && { PULUMI_COMMAND_STDOUT: previous.stdout }),
        ...(previous.stderr && { PULUMI_COMMAND_STDERR: previous.stderr }),
    };
}

export const withoutLastNewline = (text: string): string => text.replace(/\n$/, "");
