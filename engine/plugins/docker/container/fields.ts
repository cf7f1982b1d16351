import type { Field, Fields } from "../../inputs";
import type { Value } from "../../plugin";
import { DURATION, parseDuration } from "../duration";

/** Docker reports capabilities with a prefix that is optional in inputs. */
const capabilityName = (value: Value): Value => (value as string).toUpperCase().replace(/^CAP_/, "");

const capabilities: Field = {
    shape: { set: "string" },
    replaces: true,
    normal: (value) => (Array.isArray(value) ? value.map(capabilityName) : value),
};

const duration: Field = {
    shape: "string",
    matches: { pattern: DURATION, description: "a duration such as 500ms, 10s or 1m30s" },
    normal: (value) => parseDuration(value as string),
};

const strings = { shape: { list: "string" }, replaces: true, computed: true } as const;

/**
 * The inputs of docker:index/container:Container, with the defaults and replacements of terraform-provider-docker's
 * docker_container. Three differ: a changed `healthcheck`, `init` or `tmpfs` replaces the container, where the official
 * provider reports an update and leaves the container as it was.
 */
export const containerFields: Fields = {
    name: { shape: "string", required: true, replaces: true },
    image: { shape: "string", required: true, replaces: true },
    command: strings,
    entrypoints: strings,
    envs: { shape: { set: "string" }, replaces: true, computed: true },
    user: { shape: "string", replaces: true, computed: true },
    hostname: { shape: "string", replaces: true, computed: true },
    labels: {
        shape: {
            set: { object: { label: { shape: "string", required: true }, value: { shape: "string", required: true } } },
        },
        replaces: true,
        computed: true,
    },
    networkMode: { shape: "string", default: "bridge", replaces: true },
    restart: { shape: "string", default: "no", oneOf: ["no", "on-failure", "always", "unless-stopped"] },
    init: { shape: "boolean", replaces: true, computed: true },
    privileged: { shape: "boolean", replaces: true },
    readOnly: { shape: "boolean", default: false, replaces: true },
    capabilities: { shape: { object: { adds: capabilities, drops: capabilities } }, replaces: true },
    ulimits: {
        shape: {
            set: {
                object: {
                    name: { shape: "string", required: true },
                    soft: { shape: "integer", required: true },
                    hard: { shape: "integer", required: true },
                },
            },
        },
        replaces: true,
    },
    securityOpts: { shape: { set: "string" }, replaces: true, computed: true },
    /** MiB; changed in place. */
    memory: { shape: "integer", atLeast: 0 },
    /** MiB of memory and swap together; -1: as much swap as there is. Changed in place. */
    memorySwap: { shape: "integer", atLeast: -1 },
    tmpfs: { shape: { map: "string" }, replaces: true },
    mounts: {
        shape: {
            set: {
                object: {
                    target: { shape: "string", required: true },
                    type: { shape: "string", required: true, oneOf: ["bind", "volume", "tmpfs"] },
                    source: { shape: "string" },
                    readOnly: { shape: "boolean" },
                    bindOptions: {
                        shape: {
                            object: {
                                propagation: {
                                    shape: "string",
                                    oneOf: ["private", "rprivate", "shared", "rshared", "slave", "rslave"],
                                },
                            },
                        },
                    },
                },
            },
        },
        replaces: true,
    },
    volumes: {
        shape: {
            set: {
                object: {
                    containerPath: { shape: "string", required: true },
                    hostPath: { shape: "string", matches: { pattern: /^\//, description: "an absolute path" } },
                    volumeName: { shape: "string" },
                    readOnly: { shape: "boolean" },
                },
            },
        },
        replaces: true,
    },
    logDriver: { shape: "string", replaces: true, computed: true },
    logOpts: { shape: { map: "string" }, replaces: true },
    healthcheck: {
        shape: {
            object: {
                tests: { shape: { list: "string" } },
                interval: { ...duration, default: "0s" },
                timeout: { ...duration, default: "0s" },
                startPeriod: { ...duration, default: "0s" },
                startInterval: { ...duration, default: "0s" },
                retries: { shape: "integer", default: 0, atLeast: 0 },
            },
        },
        replaces: true,
        computed: true,
    },
    stopSignal: { shape: "string", replaces: true, computed: true },
    stopTimeout: { shape: "integer", replaces: true, computed: true },
    mustRun: { shape: "boolean", default: true },
    /** Milliseconds that the official provider waits for the container to run. */
    containerReadRefreshTimeoutMilliseconds: { shape: "integer", default: 15_000, atLeast: 0 },
    start: { shape: "boolean", default: true },
    wait: { shape: "boolean", default: false },
    waitTimeout: { shape: "integer", default: 60, atLeast: 0 },
    removeVolumes: { shape: "boolean", default: true },
    destroyGraceSeconds: { shape: "integer", atLeast: 0 },
};

/** Outputs that are known only after creation, unless the program gives them. */
export const computedOutputs = [
    "bridge",
    "containerLogs",
    "exitCode",
    "healthcheck",
    "hostname",
    "init",
    "ipcMode",
    "logDriver",
    "networkDatas",
    "platform",
    "runtime",
    "securityOpts",
    "shmSize",
    "stopSignal",
    "stopTimeout",
    "command",
    "entrypoints",
    "envs",
    "labels",
] as const;
