import { randomBytes } from "node:crypto";
import { withoutDefaults } from "../bridge";
import { checkInputs, type Fields } from "../inputs";
import { unknownOutputs, type OperationContext, type Properties, type ResourceType } from "../plugin";
import { diffCommand, type CommandInputs, type CommandOutputs } from "./fields";

/**
 * Runs one command of the resource.
 * @param inputs the resource's inputs; `previous`, what its last command printed
 * @throws Error with the exit status, the command and what it printed
 */
export type Runner = (
    command: string,
    inputs: Properties,
    previous: Partial<CommandOutputs>,
    ctx: OperationContext,
) => Promise<CommandOutputs>;

/** The id of a new command, as the official provider makes it: its name and eight hexadecimal digits. */
const newId = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2) + randomBytes(4).toString("hex");

const previousOf = ({ stdout = "", stderr = "" }: Properties): CommandOutputs =>
    ({ stdout, stderr }) as unknown as CommandOutputs;

/** A resource whose life is three commands; where they run is the runner's business. */
export function commandType(fields: Fields, secretOutputs: string[], run: Runner): ResourceType {
    const unknown = unknownOutputs(["stdout", "stderr"]);
    return {
        secretOutputs,
        async check(_olds, news) {
            const { inputs, failures } = checkInputs(fields, {}, news);
            return { inputs: withoutDefaults(inputs) as Properties, failures };
        },
        diff: async (_id, oldInputs, _oldOutputs, newInputs) => diffCommand(fields, oldInputs, newInputs),
        async create(inputs, ctx) {
            const id = newId(ctx.urn);
            if (ctx.preview) return { id, outputs: { ...inputs, ...unknown } };
            const { create } = inputs as CommandInputs;
            const printed = create === undefined ? { stdout: "", stderr: "" } : await run(create, inputs, {}, ctx);
            return { id, outputs: { ...inputs, ...printed } };
        },
        async update(_id, oldOutputs, newInputs, ctx) {
            if (ctx.preview) return { outputs: { ...newInputs, ...unknown } };
            const previous = previousOf(oldOutputs);
            const command = (newInputs as CommandInputs).update ?? (newInputs as CommandInputs).create;
            const printed = command === undefined ? previous : await run(command, newInputs, previous, ctx);
            return { outputs: { ...newInputs, ...printed } };
        },
        async delete(_id, outputs, ctx) {
            const command = (outputs as CommandInputs).delete;
            if (command !== undefined) await run(command, outputs, previousOf(outputs), ctx);
        },
        async discard(inputs, ctx) {
            await this.delete("", inputs, ctx);
        },
    };
}
