import { changedFields, checkInputs, type Fields } from "../inputs";
import { unknownOutputs, type ResourceType } from "../plugin";
import { DockerError, type DockerApi } from "./api";

interface ImageInspect {
    Id: string;
    RepoDigests?: string[] | null;
}

const fields: Fields = {
    name: { shape: "string", required: true, replaces: true },
    keepLocally: { shape: "boolean" },
    forceRemove: { shape: "boolean" },
    pullTriggers: { shape: { set: "string" }, replaces: true },
    triggers: { shape: { map: "string" }, replaces: true },
    platform: { shape: "string", replaces: true },
};

const META = JSON.stringify({
    "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0": { create: 1.2e12, delete: 1.2e12, update: 1.2e12 },
});

async function findImage(api: DockerApi, name: string, signal?: AbortSignal): Promise<ImageInspect | undefined> {
    try {
        return (await api.call("GET", `/images/${encodeURIComponent(name)}/json`, { signal })) as ImageInspect;
    } catch (error) {
        if (error instanceof DockerError && error.status === 404) return undefined;
        throw error;
    }
}

/** The daemon answers 200 at once and reports a failed pull as one of the lines of progress that follow. */
function pullFailure(progress: unknown): string | undefined {
    const lines = Buffer.isBuffer(progress) ? progress.toString("utf8").split("\n") : [JSON.stringify(progress)];
    for (const line of lines.filter((text) => text.trim())) {
        const { error } = JSON.parse(line) as { error?: string };
        if (error) return error;
    }
    return undefined;
}

/**
 * Pulls an image from its registry, without credentials.
 * @param name as for `docker pull`; without a tag or digest, `latest`
 * @throws Error with the daemon's reason, and how to do without the registry.
 */
export async function pullImage(api: DockerApi, name: string, platform?: string, signal?: AbortSignal): Promise<void> {
    const tagged = /(@|:[^/]*$)/.test(name) ? name : `${name}:latest`;
    const query = { fromImage: tagged, ...(platform && { platform }) };
    const failure = await api.call("POST", "/images/create", { query, signal }).then(pullFailure, (error: unknown) => {
        if (error instanceof DockerError) return error.message;
        throw error;
    });
    if (failure) {
        throw new Error(
            `unable to pull image ${name}: ${failure}; load it into this Docker daemon beforehand if it is in no registry`,
        );
    }
}

function repoDigest(name: string, image: ImageInspect): string {
    const digests = image.RepoDigests ?? [];
    const repository = name.split(":")[0];
    return digests.find((digest) => digest.startsWith(repository)) ?? (digests.length === 1 ? digests[0] : "");
}

/** docker:index/remoteImage:RemoteImage: an image that is in the daemon's store, pulled where it was not. */
export function remoteImageType(api: () => DockerApi): ResourceType {
    const outputsOf = (image: ImageInspect, name: string) => ({
        id: image.Id + name,
        imageId: image.Id,
        repoDigest: repoDigest(name, image),
        __meta: META,
    });
    return {
        secretOutputs: [],
        check: async (olds, news) => checkInputs(fields, olds, news),
        async diff(_id, _oldInputs, oldOutputs, newInputs) {
            const diffs = changedFields(fields, oldOutputs, newInputs);
            const replaces = diffs.filter((name) => fields[name].replaces);
            return { changes: diffs.length > 0, replaces, diffs, deleteBeforeReplace: false };
        },
        async create(inputs, ctx) {
            if (ctx.preview) return { id: "", outputs: { ...inputs, ...unknownOutputs(["imageId", "repoDigest"]) } };
            const name = inputs.name as string;
            let image = await findImage(api(), name, ctx.signal);
            if (!image) {
                ctx.log(`pulling ${name}`);
                await pullImage(api(), name, inputs.platform as string | undefined, ctx.signal);
                image = await findImage(api(), name, ctx.signal);
            }
            if (!image) throw new Error(`image ${name} was pulled, but the daemon does not have it`);
            const { id, ...outputs } = outputsOf(image, name);
            return { id, outputs: { ...inputs, ...outputs } };
        },
        async read(_id, inputs, outputs) {
            const name = (outputs.name ?? inputs.name) as string;
            const image = await findImage(api(), name);
            if (!image) return undefined;
            const { id, ...seen } = outputsOf(image, name);
            return { id, inputs, outputs: { ...outputs, ...seen } };
        },
        async update(_id, oldOutputs, newInputs) {
            const { imageId, repoDigest: digest } = oldOutputs;
            return { outputs: { ...newInputs, imageId, repoDigest: digest, __meta: META } };
        },
        async delete(_id, outputs, ctx) {
            if (outputs.keepLocally) return;
            const query = { force: String(outputs.forceRemove === true) };
            const path = `/images/${encodeURIComponent(outputs.name as string)}`;
            await api()
                .call("DELETE", path, { query, signal: ctx.signal })
                .catch((error: unknown) => {
                    if (!(error instanceof DockerError && error.status === 404)) throw error;
                });
        },
    };
}
