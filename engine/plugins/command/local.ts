import { CommandError, run } from "../../../process/run";
import type { Fields } from "../inputs";
import { commandFields, isLogged, previousOutput, withoutLastNewline, type CommandInputs } from "./fields";
import { commandType, type Runner } from "./lifecycle";

const fields: Fields = {
    ...commandFields,
    interpreter: { shape: { list: "string" } },
    dir: { shape: "string" },
    environment: { shape: { map: "string" } },
};

interface LocalInputs extends CommandInputs {
    /** Program and arguments before the command; a shell by default. */
    interpreter?: string[];
    /** Working directory; the project's by default. */
    dir?: string;
    environment?: Record<string, string>;
}

const runLocally: Runner = async (command, properties, previous, ctx) => {
    const inputs = properties as unknown as LocalInputs;
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
};

/** command:local:Command. */
export const localCommand = commandType(fields, [], runLocally);
