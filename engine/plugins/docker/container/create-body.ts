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
            Tmpfs: inputs.tmpfs,
            Mounts: inputs.mounts?.map(mount),
            Binds: volumes.flatMap(bind),
            LogConfig: { Type: inputs.logDriver ?? "", Config: inputs.logOpts },
        },
    };
}
