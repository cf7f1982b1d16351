import type { DockerApi } from "../../../../clients/docker/api";
import { changedFields, checkInputs } from "../../inputs";
import { deadline, PartialError, unknownOutputs, type Properties, type ResourceType } from "../../plugin";
import { memoryLimits } from "./create-body";
import { computedOutputs, containerFields } from "./fields";
import type { ContainerInputs } from "./inputs";
import { containerOutputs, inputsAsTheyAre } from "./outputs";
import { createContainer, inspect, remove, removeLeftOver, startContainer, stopAndRemove } from "./run";

/** Seconds, as in terraform-provider-docker. */
const DEFAULT_TIMEOUT = 1200;

/** What Docker changes of an existing container. */
const updatedFields = (({ restart, memory, memorySwap }) => ({ restart, memory, memorySwap }))(containerFields);

const typed = (inputs: Properties): ContainerInputs => inputs as unknown as ContainerInputs;

function previewed(inputs: Properties): Properties {
    return { ...unknownOutputs(computedOutputs), ...inputs };
}

/** docker:index/container:Container. */
export function containerType(api: () => DockerApi): ResourceType {
    return {
        secretOutputs: [],

        check: async (olds, news) => checkInputs(containerFields, olds, news),

        async diff(_id, _oldInputs, oldOutputs, newInputs) {
            const diffs = changedFields(containerFields, oldOutputs, newInputs);
            const replaces = diffs.filter((name) => containerFields[name].replaces);
            return { changes: diffs.length > 0, replaces, diffs, deleteBeforeReplace: true };
        },

        async create(inputs, ctx) {
            if (ctx.preview) return { id: "", outputs: previewed(inputs) };
            const given = typed(inputs);
            const signal = deadline(ctx, DEFAULT_TIMEOUT);
            const id = await createContainer(api(), given, ctx.urn, signal, ctx.log);
            try {
                const seen = given.start ? await startContainer(api(), id, given, signal) : await inspect(api(), id);
                if (!seen) throw new Error(`container ${given.name} was removed while it was created`);
                return { id, outputs: containerOutputs(seen, inputs) };
            } catch (error) {
                await remove(api(), id, ctx.signal).catch(() => {
                    throw new PartialError(id, { ...inputs, mustRun: false }, (error as Error).message);
                });
                throw error;
            }
        },

        async read(id, inputs, outputs) {
            const seen = await inspect(api(), id);
            if (!seen) return undefined;
            const now = containerOutputs(seen, { ...outputs, ...inputs });
            return { id, inputs: inputsAsTheyAre(now, inputs), outputs: now };
        },

        async update(id, oldOutputs, newInputs, ctx) {
            if (ctx.preview) return { outputs: { ...oldOutputs, ...newInputs } };
            const given = typed(newInputs);
            if (changedFields(updatedFields, oldOutputs, newInputs).length > 0) {
                const body = { RestartPolicy: { Name: given.restart }, ...memoryLimits(given) };
                await api().call("POST", `/containers/${id}/update`, { body, signal: ctx.signal });
            }
            const stopped = oldOutputs.mustRun === false && given.mustRun && given.start;
            const seen = stopped
                ? await startContainer(api(), id, given, deadline(ctx, DEFAULT_TIMEOUT))
                : await inspect(api(), id);
            if (!seen) throw new Error(`container ${given.name} is gone; refresh the stack, then run up again`);
            return { outputs: containerOutputs(seen, newInputs) };
        },

        async delete(id, outputs, ctx) {
            const grace = Number(outputs.destroyGraceSeconds ?? 0);
            const signal = deadline(ctx, DEFAULT_TIMEOUT);
            await stopAndRemove(api(), id, grace, outputs.removeVolumes !== false, signal);
        },

        async discard(inputs, ctx) {
            await removeLeftOver(api(), typed(inputs).name, ctx.urn, deadline(ctx, DEFAULT_TIMEOUT));
        },
    };
}
