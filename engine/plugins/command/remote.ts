import type { Client, ClientChannel } from "ssh2";
import type { Fields } from "../inputs";
import { deadline } from "../plugin";
import { connectionField, dial, type Connection } from "./connection";
import { commandFields, isLogged, previousOutput, withoutLastNewline, type CommandInputs } from "./fields";
import { commandType, type Runner } from "./lifecycle";

const fields: Fields = { ...commandFields, connection: connectionField };

interface RemoteInputs extends CommandInputs {
    connection: Connection;
}

function open(client: Client, command: string, env: Record<string, string>): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
        // A server takes only the variables that its AcceptEnv names, and leaves out the rest without a word.
        client.exec(command, { env }, (error, channel) => (error ? reject(error) : resolve(channel)));
    });
}

/** Calls `line` with each line of a stream; the last one may lack its newline. */
function eachLine(line: (text: string) => void): { take(chunk: string): void; end(): void } {
    let rest = "";
    return {
        take(chunk) {
            const lines = (rest + chunk).split("\n");
            rest = lines.pop() ?? "";
            lines.forEach((text) => line(text));
        },
        end() {
            if (rest) line(rest);
        },
    };
}

const runRemotely: Runner = async (command, properties, previous, ctx) => {
    const inputs = properties as unknown as RemoteInputs;
    const signal = deadline(ctx);
    const client = await dial(inputs.connection, signal, ctx.log);
    const abort = (): void => void client.destroy();
    signal.addEventListener("abort", abort);
    try {
        const channel = await open(client, command, previousOutput(inputs, previous));
        const printed = { stdout: "", stderr: "", both: "" };
        for (const [name, stream] of [
            ["stdout", channel],
            ["stderr", channel.stderr],
        ] as const) {
            const lines = eachLine((line) => isLogged(inputs, name) && ctx.log(line));
            stream.setEncoding("utf8").on("data", (chunk: string) => {
                printed[name] += chunk;
                printed.both += chunk;
                lines.take(chunk);
            });
            stream.on("end", () => lines.end());
        }
        const ended = new Promise<string | undefined>((resolve) => {
            let outcome: string | undefined = "the connection was lost";
            channel.on("exit", (status: number | null, signal?: string) => {
                outcome = status === 0 ? undefined : signal ? `killed by ${signal}` : `exit status ${status}`;
            });
            channel.on("close", () => resolve(outcome));
        });
        channel.end(inputs.stdin ?? "");
        const failure = await ended;
        if (failure) throw new Error(`${failure}: running ${JSON.stringify(command)}:\n${printed.both}`.trimEnd());
        return { stdout: withoutLastNewline(printed.stdout), stderr: withoutLastNewline(printed.stderr) };
    } finally {
        signal.removeEventListener("abort", abort);
        client.end();
    }
};

/** command:remote:Command. The connection, with its keys, is always secret. */
export const remoteCommand = commandType(fields, ["connection"], runRemotely);
