import { parseDuration } from "../duration";
import type { ContainerInputs } from "./inputs";

/** The label with the resource (and stack) that a container was made for. */
export const URN_LABEL = "voip-stack.urn";

function healthcheck(given: ContainerInputs["healthcheck"]): object | undefined {
    return (
        given && {
            Test: given.tests,
            Interval: parseDuration(given.interval),
            Timeout: parseDuration(given.timeout),
            StartPeriod: parseDuration(given.startPeriod),
            StartInterval: parseDuration(given.startInterval),
            Retries: given.retries,
        }
    );
}

const mount = (given: NonNullable<ContainerInputs["mounts"]>[number]): object => ({
    Type: given.type,
    Target: given.target,
    Source: given.source,
    ReadOnly: given.readOnly ?? false,
    BindOptions: given.bindOptions && { Propagation: given.bindOptions.propagation },
});

function bind(given: NonNullable<ContainerInputs["volumes"]>[number]): string[] {
    const source = given.hostPath || given.volumeName;
    return source ? [`${source}:${given.containerPath}:${given.readOnly ? "ro" : "rw"}`] : [];
}

/** An option of the client (docker run), which asks the daemon for paths without masks; the daemon does not know it. */
const UNCONFINED_PATHS = "systempaths=unconfined";

function securityOptions(given: string[] | undefined): object {
    const paths = given?.includes(UNCONFINED_PATHS) ? { MaskedPaths: [], ReadonlyPaths: [] } : {};
    return { SecurityOpt: given?.filter((option) => option !== UNCONFINED_PATHS), ...paths };
}

/** Bytes, and -1 as it is. */
const bytes = (mebibytes: number): number => (mebibytes > 0 ? mebibytes * 1024 * 1024 : mebibytes);

/** The limits of memory, in bytes: of a new container, or of an existing one (`POST /containers/{id}/update`). */
export const memoryLimits = ({ memory, memorySwap }: Pick<ContainerInputs, "memory" | "memorySwap">): object => ({
    Memory: bytes(memory ?? 0),
    MemorySwap: bytes(memorySwap ?? 0),
});

/** The body of `POST /containers/create`, composed as in terraform-provider-docker. */
export function createBody(inputs: ContainerInputs, urn: string): object {
    const { volumes = [], labels = [] } = inputs;
    return {
        Image: inputs.image,
        Cmd: inputs.command,
        Entrypoint: inputs.entrypoints,
        Env: inputs.envs,
        User: inputs.user,
        Hostname: inputs.hostname,
        Labels: { ...Object.fromEntries(labels.map(({ label, value }) => [label, value])), [URN_LABEL]: urn },
        Healthcheck: healthcheck(inputs.healthcheck),
        StopSignal: inputs.stopSignal,
        StopTimeout: inputs.stopTimeout,
        Volumes: Object.fromEntries(volumes.map((volume) => [volume.containerPath, {}])),
        HostConfig: {
            NetworkMode: inputs.networkMode,
            RestartPolicy: { Name: inputs.restart },
            Init: inputs.init ?? false,
            Privileged: inputs.privileged ?? false,
            ReadonlyRootfs: inputs.readOnly,
            CapAdd: inputs.capabilities?.adds,
            CapDrop: inputs.capabilities?.drops,
            Ulimits: inputs.ulimits?.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
            ...securityOptions(inputs.securityOpts),
            ...memoryLimits(inputs),
            Tmpfs: inputs.tmpfs,
            Mounts: inputs.mounts?.map(mount),
            Binds: volumes.flatMap(bind),
            LogConfig: { Type: inputs.logDriver ?? "", Config: inputs.logOpts },
        },
    };
}
