import { DockerError, type DockerApi } from "./api";

/** The daemon answers 200 at once and reports a failed pull in one of the progress lines that follow. */
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
 * @throws Error with the daemon's reason, and how to work without the registry.
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
