/** The fields of `GET /containers/{id}/json` that are used here (Docker Engine API). */
export interface ContainerInspect {
    Id: string;
    /** With a slash before it. */
    Name: string;
    /** Id of the image. */
    Image: string;
    Platform?: string;
    State: {
        Running: boolean;
        Restarting?: boolean;
        ExitCode: number;
        Error?: string;
        Health?: { Status: string; Log?: { Output: string }[] | null };
    };
    Config: {
        Hostname: string;
        Domainname?: string;
        User: string;
        /** The image name as it was given. */
        Image: string;
        Cmd: string[] | null;
        Entrypoint: string[] | null;
        Labels?: Record<string, string> | null;
        Tty?: boolean;
        OpenStdin?: boolean;
        StopSignal?: string;
        StopTimeout?: number;
        WorkingDir?: string;
        Healthcheck?: {
            Test?: string[];
            Interval?: number;
            Timeout?: number;
            StartPeriod?: number;
            StartInterval?: number;
            Retries?: number;
        };
    };
    HostConfig: {
        AutoRemove?: boolean;
        CapAdd?: string[] | null;
        CapDrop?: string[] | null;
        Init?: boolean | null;
        IpcMode?: string;
        LogConfig: { Type: string; Config?: Record<string, string> | null };
        /** Bytes; 0: no limit. */
        Memory?: number;
        /** Bytes of memory and swap together; -1: as much swap as there is. */
        MemorySwap?: number;
        Mounts?: {
            Target: string;
            Source?: string;
            Type: string;
            ReadOnly?: boolean;
            BindOptions?: { Propagation?: string };
        }[];
        NetworkMode: string;
        Privileged: boolean;
        ReadonlyRootfs: boolean;
        RestartPolicy: { Name: string; MaximumRetryCount?: number };
        Runtime?: string;
        SecurityOpt?: string[] | null;
        /** Bytes. */
        ShmSize?: number;
        Tmpfs?: Record<string, string> | null;
        Ulimits?: { Name: string; Soft: number; Hard: number }[] | null;
    };
    NetworkSettings: {
        Bridge?: string;
        Networks?: Record<
            string,
            {
                IPAddress?: string;
                IPPrefixLen?: number;
                Gateway?: string;
                GlobalIPv6Address?: string;
                GlobalIPv6PrefixLen?: number;
                IPv6Gateway?: string;
                MacAddress?: string;
            }
        > | null;
    };
}
