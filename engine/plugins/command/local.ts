import { randomBytes } from "node:crypto";
import { withoutDefaults } from "../bridge";
import { changedFields, checkInputs, type Fields } from "../inputs";
import { unknownOutputs, type Properties, type ResourceType } from "../plugin";
import { runCommand, type CommandInputs, type CommandOutputs } from "./run";

const fields: Fields = {
    create: { shape: "string" },
    update: { shape: "string" },
    delete: { shape: "string" },
    triggers: { shape: { list: "any" }, replaces: true },
    stdin: { shape: "string" },
    logging: { shape: "string", oneOf: ["stdout", "stderr", "stdoutAndStderr", "none"] },
    addPreviousOutputInEnv: { shape: "boolean" },
    interpreter: { shape: { list: "string" } },
    dir: { shape: "string" },
    environment: { shape: { map: "string" } },
};

/** The id of a new command, in the official provider's form: its name and eight hexadecimal digits. */
const newId = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2) + randomBytes(4).toString("hex");

const typed = (inputs: Properties): CommandInputs => inputs;

const previousOf = ({ stdout = "", stderr = "" }: Properties): CommandOutputs =>
    ({ stdout, stderr }) as unknown as CommandOutputs;

const unknown = unknownOutputs(["stdout", "stderr"]);

/** command:local:Command: a resource that consists of three commands on this machine. */
export const localCommand: ResourceType = {
    secretOutputs: [],
    async check(_olds, news) {
        const { inputs, failures } = checkInputs(fields, {}, news);
        return { inputs: withoutDefaults(inputs) as Properties, failures };
    },
    /** A changed trigger replaces the resource; any other change runs `update`, or `create` without one. */
    async diff(_id, oldInputs, _oldOutputs, newInputs) {
        const diffs = changedFields(fields, oldInputs, newInputs);
        const replaces = diffs.filter((name) => fields[name].replaces);
        return { changes: diffs.length > 0, replaces, diffs, deleteBeforeReplace: false };
    },
    async create(inputs, ctx) {
        const id = newId(ctx.urn);
        if (ctx.preview) return { id, outputs: { ...inputs, ...unknown } };
        const { create } = typed(inputs);
        const printed =
            create === undefined ? { stdout: "", stderr: "" } : await runCommand(create, typed(inputs), {}, ctx);
        return { id, outputs: { ...inputs, ...printed } };
    },
    async update(_id, oldOutputs, newInputs, ctx) {
        if (ctx.preview) return { outputs: { ...newInputs, ...unknown } };
        const previous = previousOf(oldOutputs);
        const { update, create } = typed(newInputs);
        const command = update ?? create;
        const printed = command === undefined ? previous : await runCommand(command, typed(newInputs), previous, ctx);
        return { outputs: { ...newInputs, ...printed } };
    },
    async delete(_id, outputs, ctx) {
        const command = typed(outputs).delete;
        if (command !== undefined) await runCommand(command, typed(outputs), previousOf(outputs), ctx);
    },
    async discard(inputs, ctx) {
        await this.delete("", inputs, ctx);
    },
};
