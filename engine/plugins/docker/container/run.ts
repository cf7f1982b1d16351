import { DockerError, type DockerApi } from "../../../../clients/docker/api";
import { lastLines } from "../../../../clients/docker/logs";
import { pullImage } from "../../../../clients/docker/pull";
import { waitFor } from "../../../../process/wait";
import { createBody, URN_LABEL } from "./create-body";
import type { ContainerInputs } from "./inputs";
import type { ContainerInspect } from "./inspect";

const refused = (error: unknown, status: number): error is DockerError =>
    error instanceof DockerError && error.status === status;

/** The container as the daemon reports it; `undefined` if there is none. */
export async function inspect(api: DockerApi, id: string): Promise<ContainerInspect | undefined> {
    try {
        return (await api.call("GET", `/containers/${id}/json`)) as ContainerInspect;
    } catch (error) {
        if (refused(error, 404)) return undefined;
        throw error;
    }
}

/** Removes a container, killing it if it runs. Idempotent. */
export async function remove(api: DockerApi, id: string, signal: AbortSignal, removeVolumes = true): Promise<void> {
    try {
        await api.call("DELETE", `/containers/${id}`, { query: { force: "true", v: String(removeVolumes) }, signal });
    } catch (error) {
        if (refused(error, 409)) await waitUntilRemoved(api, id);
        else if (!refused(error, 404)) throw error;
    }
}

/** Another request is already removing it. */
async function waitUntilRemoved(api: DockerApi, id: string): Promise<void> {
    const gone = async (): Promise<true | undefined> => ((await inspect(api, id)) ? undefined : true);
    await waitFor(`removal of container ${id}`, gone, { deadlineMs: 60_000 });
}

/**
 * Removes the container that has the name, if an interrupted run made it for the same resource.
 * @returns false if the name is taken by another container
 */
export async function removeLeftOver(api: DockerApi, name: string, urn: string, signal: AbortSignal): Promise<boolean> {
    const holder = await inspect(api, name);
    if (holder && holder.Config.Labels?.[URN_LABEL] !== urn) return false;
    if (holder) await remove(api, holder.Id, signal);
    return true;
}

/** Makes the container and pulls its image if the daemon lacks it. @returns its id */
export async function createContainer(
    api: DockerApi,
    inputs: ContainerInputs,
    urn: string,
    signal: AbortSignal,
    log: (line: string) => void,
): Promise<string> {
    const attempt = async (): Promise<string> => {
        const options = { query: { name: inputs.name }, body: createBody(inputs, urn), signal };
        return ((await api.call("POST", "/containers/create", options)) as { Id: string }).Id;
    };
    try {
        return await attempt().catch(async (error: unknown) => {
            if (!refused(error, 404)) throw error;
            log(`pulling ${inputs.image}`);
            await pullImage(api, inputs.image, undefined, signal);
            return attempt();
        });
    } catch (error) {
        if (refused(error, 409) && (await removeLeftOver(api, inputs.name, urn, signal))) {
            log(`removed container ${inputs.name}, left over from an interrupted run`);
            return attempt();
        }
        throw new Error(`unable to create container ${inputs.name}: ${(error as Error).message}`, { cause: error });
    }
}

function troubleOf(seen: ContainerInspect): string | undefined {
    const { State } = seen;
    if (State.Running && !State.Restarting) return undefined;
    return `it exited with status ${State.ExitCode}${State.Error ? ` (${State.Error})` : ""}`;
}

async function waitUntilHealthy(api: DockerApi, seen: ContainerInspect, seconds: number): Promise<ContainerInspect> {
    if (!seen.State.Health) {
        throw new Error(
            "wait is true, but neither the container nor its image has a healthcheck; give one or leave wait",
        );
    }
    const probe = async (): Promise<ContainerInspect | undefined> => {
        const now = await inspect(api, seen.Id);
        if (!now || troubleOf(now) || now.State.Health?.Status === "healthy") return now ?? seen;
        throw new Error(
            `${now.State.Health?.Status}: ${now.State.Health?.Log?.at(-1)?.Output.trim() ?? "not checked yet"}`,
        );
    };
    return waitFor("a healthy container", probe, { deadlineMs: seconds * 1000, intervalMs: 500 });
}

/**
 * Starts the container and waits as the inputs require: `mustRun`, that it did not end at once; `wait`, that it is healthy
 * within `waitTimeout` seconds.
 * @throws Error that ends with the last lines that the container printed.
 */
export async function startContainer(
    api: DockerApi,
    id: string,
    inputs: ContainerInputs,
    signal: AbortSignal,
): Promise<ContainerInspect> {
    try {
        await api.call("POST", `/containers/${id}/start`, { signal });
        let seen = await inspect(api, id);
        if (seen && inputs.wait) seen = await waitUntilHealthy(api, seen, inputs.waitTimeout);
        if (!seen) throw new Error("it is gone");
        const trouble = inputs.mustRun ? troubleOf(seen) : undefined;
        if (trouble) throw new Error(trouble);
        return seen;
    } catch (error) {
        const said = await lastLines(api, id);
        const reason = `unable to start container ${inputs.name}: ${(error as Error).message}`;
        throw new Error(said ? `${reason}; it printed last:\n${said}` : reason, { cause: error });
    }
}

/** Stops the container, if it has a grace period, and removes it. */
export async function stopAndRemove(
    api: DockerApi,
    id: string,
    graceSeconds: number,
    removeVolumes: boolean,
    signal: AbortSignal,
): Promise<void> {
    if (graceSeconds > 0) {
        await api
            .call("POST", `/containers/${id}/stop`, { query: { t: String(graceSeconds) }, signal })
            .catch((error: unknown) => {
                if (!refused(error, 404)) throw error;
            });
    }
    await remove(api, id, signal, removeVolumes);
}
