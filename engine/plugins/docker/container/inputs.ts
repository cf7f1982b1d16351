/** The inputs of a container after `check`: names and defaults as in `containerFields`. */
export interface ContainerInputs {
    name: string;
    image: string;
    command?: string[];
    entrypoints?: string[];
    envs?: string[];
    user?: string;
    hostname?: string;
    labels?: { label: string; value: string }[];
    networkMode: string;
    restart: string;
    init?: boolean;
    privileged?: boolean;
    readOnly: boolean;
    capabilities?: { adds?: string[]; drops?: string[] };
    ulimits?: { name: string; soft: number; hard: number }[];
    securityOpts?: string[];
    /** MiB. */
    memory?: number;
    /** MiB of memory and swap together; -1: as much swap as there is. */
    memorySwap?: number;
    tmpfs?: Record<string, string>;
    mounts?: {
        target: string;
        type: string;
        source?: string;
        readOnly?: boolean;
        bindOptions?: { propagation?: string };
    }[];
    volumes?: { containerPath: string; hostPath?: string; volumeName?: string; readOnly?: boolean }[];
    logDriver?: string;
    logOpts?: Record<string, string>;
    healthcheck?: {
        tests?: string[];
        /** Durations in Go's notation. */
        interval: string;
        timeout: string;
        startPeriod: string;
        startInterval: string;
        retries: number;
    };
    stopSignal?: string;
    /** Seconds. */
    stopTimeout?: number;
    mustRun: boolean;
    start: boolean;
    wait: boolean;
    /** Seconds. */
    waitTimeout: number;
    removeVolumes: boolean;
    /** Seconds between the stop signal and the kill on delete. */
    destroyGraceSeconds?: number;
}
