import { sameValue } from "../../inputs";
import { nulls } from "../../object";
import type { Properties, Value } from "../../plugin";
import { formatDuration } from "../duration";
import { containerFields } from "./fields";
import type { ContainerInspect } from "./inspect";

/** Version of docker_container's schema and its default timeouts, which the official provider needs to take over a state. */
const META = JSON.stringify({
    "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0": { create: 1.2e12, delete: 1.2e12, update: 1.2e12 },
    schema_version: "2",
});

function networkDatas(seen: ContainerInspect): Value[] {
    return Object.entries(seen.NetworkSettings.Networks ?? {}).map(([networkName, data]) => ({
        networkName,
        ipAddress: data.IPAddress ?? "",
        ipPrefixLength: data.IPPrefixLen ?? 0,
        gateway: data.Gateway ?? "",
        globalIpv6Address: data.GlobalIPv6Address ?? "",
        globalIpv6PrefixLength: data.GlobalIPv6PrefixLen ?? 0,
        ipv6Gateway: data.IPv6Gateway ?? "",
        macAddress: data.MacAddress ?? "",
    }));
}

function healthcheck(seen: ContainerInspect): Value | undefined {
    const health = seen.Config.Healthcheck;
    return (
        health && {
            tests: health.Test ?? [],
            interval: formatDuration(health.Interval ?? 0),
            timeout: formatDuration(health.Timeout ?? 0),
            startPeriod: formatDuration(health.StartPeriod ?? 0),
            startInterval: formatDuration(health.StartInterval ?? 0),
            retries: health.Retries ?? 0,
        }
    );
}

function capabilities(seen: ContainerInspect): Value | undefined {
    const { CapAdd, CapDrop } = seen.HostConfig;
    return CapAdd?.length || CapDrop?.length ? { adds: CapAdd ?? [], drops: CapDrop ?? [] } : undefined;
}

/** The options that were given: a daemon may add its own to every container. */
function logOptions(seen: Record<string, string>, given: Value | undefined): Value | undefined {
    if (typeof given !== "object" || given === null) return given;
    return Object.fromEntries(Object.entries(seen).filter(([name]) => Object.hasOwn(given, name)));
}

const mount = (seen: NonNullable<ContainerInspect["HostConfig"]["Mounts"]>[number]): Value => ({
    target: seen.Target,
    source: seen.Source ?? "",
    type: seen.Type,
    readOnly: seen.ReadOnly ?? false,
    ...(seen.BindOptions && { bindOptions: { propagation: seen.BindOptions.Propagation ?? "" } }),
});

const mebibytes = (bytes: number): number => (bytes > 0 ? Math.floor(bytes / 1024 / 1024) : bytes);

/** The daemon's report of the container, in the provider's names and units. */
function observed(seen: ContainerInspect, inputs: Properties): Properties {
    const { Config, HostConfig, State } = seen;
    return {
        bridge: seen.NetworkSettings.Bridge ?? "",
        capabilities: capabilities(seen),
        command: Config.Cmd ?? [],
        domainname: Config.Domainname ?? "",
        entrypoints: Config.Entrypoint ?? [],
        exitCode: State.Running ? undefined : State.ExitCode,
        healthcheck: healthcheck(seen),
        hostname: Config.Hostname,
        // An image given by its id is compared by its id, one given by a tag by its tag.
        image: (inputs.image as string).startsWith("sha256:") ? seen.Image : Config.Image,
        init: HostConfig.Init ?? false,
        ipcMode: HostConfig.IpcMode ?? "",
        logDriver: HostConfig.LogConfig.Type,
        logOpts: logOptions(HostConfig.LogConfig.Config ?? {}, inputs.logOpts),
        memory: mebibytes(HostConfig.Memory ?? 0),
        memorySwap: mebibytes(HostConfig.MemorySwap ?? 0),
        maxRetryCount: HostConfig.RestartPolicy.MaximumRetryCount ?? 0,
        mounts: HostConfig.Mounts?.map(mount) ?? [],
        mustRun: State.Running ? inputs.mustRun : false,
        name: seen.Name.replace(/^\//, ""),
        networkDatas: networkDatas(seen),
        networkMode: HostConfig.NetworkMode,
        platform: seen.Platform ?? "",
        privileged: HostConfig.Privileged,
        readOnly: HostConfig.ReadonlyRootfs,
        restart: HostConfig.RestartPolicy.Name || "no",
        rm: HostConfig.AutoRemove ?? false,
        runtime: HostConfig.Runtime ?? "",
        securityOpts: HostConfig.SecurityOpt ?? [],
        shmSize: mebibytes(HostConfig.ShmSize ?? 0),
        stdinOpen: Config.OpenStdin ?? false,
        stopSignal: Config.StopSignal ?? "",
        stopTimeout: Config.StopTimeout ?? 0,
        tmpfs: HostConfig.Tmpfs ?? {},
        tty: Config.Tty ?? false,
        ulimits: HostConfig.Ulimits?.map(({ Name, Soft, Hard }) => ({ name: Name, soft: Soft, hard: Hard })),
        user: Config.User,
        workingDir: Config.WorkingDir ?? "",
    };
}

/** The official provider's outputs for inputs that are not supported here. */
const others: Properties = {
    ...nulls("cgroupParent", "cgroupnsMode", "containerLogs", "cpuPeriod", "cpuQuota", "cpus", "destroyGraceSeconds"),
    ...nulls("dns", "dnsOpts", "dnsSearches", "exitCode", "gpus", "groupAdds", "healthcheck", "logOpts", "pidMode"),
    ...nulls("storageOpts", "sysctls"),
    attach: false,
    cpuSet: "",
    cpuShares: 0,
    deviceReadBps: [],
    deviceReadIops: [],
    deviceRequests: [],
    deviceWriteBps: [],
    deviceWriteIops: [],
    devices: [],
    envs: [],
    hosts: [],
    logs: false,
    memoryReservation: 0,
    networksAdvanced: [],
    ports: [],
    publishAllPorts: false,
    ulimits: [],
    uploads: [],
    usernsMode: "",
    wait: false,
};

const volume = (given: Value): Value => ({
    fromContainer: "",
    hostPath: "",
    readOnly: false,
    selinuxRelabel: "",
    volumeName: "",
    ...(given as object),
});

/** The outputs of a container, in the daemon's notation. */
export function containerOutputs(seen: ContainerInspect, inputs: Properties): Properties {
    const volumes = ((inputs.volumes ?? []) as Value[]).map(volume);
    const told = Object.entries(observed(seen, inputs)).filter(([, value]) => value !== undefined);
    return { ...others, ...inputs, ...Object.fromEntries(told), volumes, __meta: META };
}

/**
 * The inputs that would make the container as it is now: a refresh compares them with the program's. Where the daemon's
 * notation differs but means the same (`CAP_` before a capability, `60s` as `1m0s`, another order), the given one is kept.
 */
export function inputsAsTheyAre(outputs: Properties, inputs: Properties): Properties {
    const isAsGiven = (name: string): boolean =>
        !(name in outputs) ||
        (name in containerFields && sameValue(containerFields[name], inputs[name], outputs[name]));
    return Object.fromEntries(
        Object.keys(inputs).map((name) => [name, isAsGiven(name) ? inputs[name] : outputs[name]]),
    );
}
