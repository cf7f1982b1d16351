import { createBody } from "../../../engine/plugins/docker/container/create-body";
import type { ContainerInputs } from "../../../engine/plugins/docker/container/inputs";
import { containerOutputs, inputsAsTheyAre } from "../../../engine/plugins/docker/container/outputs";
import { inspected } from "./docker-daemon";

const inputs = { name: "a", image: "b", mustRun: true };

describe("what is said of a container", () => {
    it("where the daemon says next to nothing", () => {
        expect(containerOutputs(inspected({}), inputs)).toMatchObject({
            ...{ bridge: "", command: [], domainname: "", entrypoints: [], exitCode: null, healthcheck: null },
            ...{ hostname: "h", image: "b", init: false, ipcMode: "", logDriver: "local", logOpts: null },
            ...{ memory: 0, memoryReservation: 0, memorySwap: 0 },
            ...{ maxRetryCount: 0, mounts: [], mustRun: true, name: "a", networkDatas: [], networkMode: "host" },
            ...{ platform: "", privileged: false, readOnly: false, restart: "no", rm: false, runtime: "" },
            ...{ securityOpts: [], shmSize: 0, stdinOpen: false, stopSignal: "", stopTimeout: 0, tmpfs: {} },
            ...{ tty: false, ulimits: [], user: "u", workingDir: "", volumes: [] },
        });
        expect(containerOutputs(inspected({}), inputs)).not.toHaveProperty("capabilities");
    });

    it("where the daemon says all", () => {
        const seen = inspected({
            platform: "linux",
            config: {
                ...{ Cmd: ["c"], Entrypoint: ["e"], Domainname: "d", Tty: true, OpenStdin: true, StopSignal: "SIGINT" },
                ...{ StopTimeout: 7, WorkingDir: "/w" },
                Healthcheck: {
                    Test: ["CMD", "x"],
                    Interval: 1e9,
                    Timeout: 2e9,
                    StartPeriod: 3e9,
                    StartInterval: 4e9,
                    Retries: 5,
                },
            },
            host: {
                ...{
                    AutoRemove: true,
                    CapAdd: ["CAP_A"],
                    CapDrop: ["ALL"],
                    Init: true,
                    IpcMode: "private",
                    Runtime: "runc",
                },
                ...{
                    RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
                    SecurityOpt: ["s"],
                    Tmpfs: { "/t": "x" },
                },
                ...{ Memory: 256 * 1024 * 1024 + 1, MemorySwap: 512 * 1024 * 1024 },
                ...{ ShmSize: 64 * 1024 * 1024 + 1, Privileged: true, ReadonlyRootfs: true },
                Mounts: [
                    {
                        Target: "/t",
                        Source: "/s",
                        Type: "bind",
                        ReadOnly: true,
                        BindOptions: { Propagation: "rslave" },
                    },
                    { Target: "/v", Type: "volume" },
                    { Target: "/b", Type: "bind", BindOptions: {} },
                ],
                Ulimits: [{ Name: "nofile", Soft: 1, Hard: 2 }],
            },
            network: {
                Bridge: "br",
                Networks: {
                    one: {
                        ...{
                            IPAddress: "10.0.0.2",
                            IPPrefixLen: 24,
                            Gateway: "10.0.0.1",
                            MacAddress: "02:00:00:00:00:01",
                        },
                        ...{ GlobalIPv6Address: "fd00::2", GlobalIPv6PrefixLen: 64, IPv6Gateway: "fd00::1" },
                    },
                    two: {},
                },
            },
        });
        expect(containerOutputs(seen, inputs)).toMatchObject({
            ...{ bridge: "br", capabilities: { adds: ["CAP_A"], drops: ["ALL"] }, command: ["c"], domainname: "d" },
            ...{ entrypoints: ["e"], init: true, ipcMode: "private", maxRetryCount: 3, platform: "linux" },
            ...{
                privileged: true,
                readOnly: true,
                restart: "on-failure",
                rm: true,
                runtime: "runc",
                securityOpts: ["s"],
            },
            ...{
                memory: 256,
                memorySwap: 512,
                shmSize: 64,
                stdinOpen: true,
                stopSignal: "SIGINT",
                stopTimeout: 7,
                tmpfs: { "/t": "x" },
                tty: true,
            },
            ...{ ulimits: [{ name: "nofile", soft: 1, hard: 2 }], workingDir: "/w" },
            healthcheck: {
                ...{ tests: ["CMD", "x"], interval: "1s", timeout: "2s", startPeriod: "3s", startInterval: "4s" },
                retries: 5,
            },
            mounts: [
                { target: "/t", source: "/s", type: "bind", readOnly: true, bindOptions: { propagation: "rslave" } },
                { target: "/v", source: "", type: "volume", readOnly: false },
                { target: "/b", source: "", type: "bind", readOnly: false, bindOptions: { propagation: "" } },
            ],
            networkDatas: [
                {
                    ...{ networkName: "one", ipAddress: "10.0.0.2", ipPrefixLength: 24, gateway: "10.0.0.1" },
                    ...{ globalIpv6Address: "fd00::2", globalIpv6PrefixLength: 64, ipv6Gateway: "fd00::1" },
                    macAddress: "02:00:00:00:00:01",
                },
                {
                    ...{ networkName: "two", ipAddress: "", ipPrefixLength: 0, gateway: "" },
                    ...{ globalIpv6Address: "", globalIpv6PrefixLength: 0, ipv6Gateway: "", macAddress: "" },
                },
            ],
        });
    });

    it.each([
        [{ CapAdd: ["CAP_A"] }, { adds: ["CAP_A"], drops: [] }],
        [{ CapDrop: ["ALL"] }, { adds: [], drops: ["ALL"] }],
        [{ CapAdd: [], CapDrop: [] }, undefined],
    ])("of its rights: %j", (host, capabilities) => {
        expect(containerOutputs(inspected({ host }), inputs).capabilities).toEqual(capabilities);
    });

    it("of its health check, where that leaves out what it can", () => {
        const { healthcheck } = containerOutputs(inspected({ config: { Healthcheck: {} } }), inputs);
        expect(healthcheck).toEqual({
            ...{ tests: [], interval: "0s", timeout: "0s", startPeriod: "0s", startInterval: "0s", retries: 0 },
        });
    });

    it("of swap without a limit", () => {
        const host = { Memory: 4 * 1024 * 1024, MemorySwap: -1 };
        expect(containerOutputs(inspected({ host }), inputs)).toMatchObject({ memory: 4, memorySwap: -1 });
    });

    it("of its image, by the id where that was given", () => {
        const seen = inspected({});
        expect(containerOutputs(seen, { ...inputs, image: "sha256:0" }).image).toBe("sha256:1");
        expect(containerOutputs(seen, { ...inputs, image: "c" }).image).toBe("b");
    });

    it("of its log, in those options that were given", () => {
        const host = { LogConfig: { Type: "local", Config: { "max-size": "1m", "max-file": "3" } } };
        const said = (logOpts: null | object | undefined) =>
            containerOutputs(inspected({ host }), { ...inputs, logOpts: logOpts as never }).logOpts;
        expect(said({ "max-size": "10m" })).toEqual({ "max-size": "1m" });
        expect(said(null)).toBeNull();
    });

    it("when it has ended: how, and that it does not run as it must", () => {
        const seen = inspected({ state: { Running: false, ExitCode: 137 } });
        expect(containerOutputs(seen, inputs)).toMatchObject({ exitCode: 137, mustRun: false });
    });

    it("of volumes: what the daemon does not tell again", () => {
        const volumes = [{ containerPath: "/c", hostPath: "/h", readOnly: true }, { containerPath: "/d" }];
        const others = { fromContainer: "", selinuxRelabel: "", volumeName: "" };
        expect(containerOutputs(inspected({}), { ...inputs, volumes }).volumes).toEqual([
            { containerPath: "/c", hostPath: "/h", readOnly: true, ...others },
            { containerPath: "/d", hostPath: "", readOnly: false, ...others },
        ]);
    });
});

test("what the daemon writes in another way is no change, what it has not told stays as given", () => {
    const given = { healthcheck: { interval: "60s" }, restart: "no", name: "a", unheardOf: 1 };
    const outputs = { healthcheck: { interval: "1m0s", retries: 0 }, restart: "always", name: "a" };
    expect(inputsAsTheyAre(outputs, given)).toEqual({ ...given, restart: "always" });
});

test("the daemon is asked for exactly what was given", () => {
    const given: Partial<ContainerInputs> = {
        ...{ name: "a", image: "b", command: ["c"], entrypoints: ["e"], envs: ["A=1"], user: "u", hostname: "h" },
        ...{ labels: [{ label: "l", value: "v" }], networkMode: "host", restart: "always", init: true },
        ...{ privileged: true, readOnly: true, capabilities: { adds: ["X"], drops: ["Y"] }, tmpfs: { "/t": "x" } },
        ...{ ulimits: [{ name: "n", soft: 1, hard: 2 }], logDriver: "local", logOpts: { o: "1" } },
        ...{ stopSignal: "SIGINT", stopTimeout: 7, securityOpts: ["no-new-privileges"], memory: 3, memorySwap: 5 },
        mounts: [
            { type: "bind", target: "/t", source: "/s", readOnly: true, bindOptions: { propagation: "rslave" } },
            { type: "tmpfs", target: "/u" },
        ],
        volumes: [
            { containerPath: "/a", hostPath: "/h", readOnly: true },
            { containerPath: "/b", volumeName: "v" },
            { containerPath: "/c" },
        ],
        healthcheck: {
            tests: ["x"],
            interval: "1s",
            timeout: "2s",
            startPeriod: "3s",
            startInterval: "4s",
            retries: 5,
        },
    };
    expect(createBody(given as ContainerInputs, "urn")).toEqual({
        ...{ Image: "b", Cmd: ["c"], Entrypoint: ["e"], Env: ["A=1"], User: "u", Hostname: "h" },
        Labels: { l: "v", "voip-stack.urn": "urn" },
        Healthcheck: { Test: ["x"], Interval: 1e9, Timeout: 2e9, StartPeriod: 3e9, StartInterval: 4e9, Retries: 5 },
        ...{ StopSignal: "SIGINT", StopTimeout: 7, Volumes: { "/a": {}, "/b": {}, "/c": {} } },
        HostConfig: {
            ...{ NetworkMode: "host", RestartPolicy: { Name: "always" }, Init: true, Privileged: true },
            ...{ ReadonlyRootfs: true, CapAdd: ["X"], CapDrop: ["Y"], Tmpfs: { "/t": "x" } },
            ...{ SecurityOpt: ["no-new-privileges"], Memory: 3_145_728, MemorySwap: 5_242_880 },
            Ulimits: [{ Name: "n", Soft: 1, Hard: 2 }],
            Mounts: [
                { Type: "bind", Target: "/t", Source: "/s", ReadOnly: true, BindOptions: { Propagation: "rslave" } },
                { Type: "tmpfs", Target: "/u", Source: undefined, ReadOnly: false, BindOptions: undefined },
            ],
            Binds: ["/h:/a:ro", "v:/b:rw"],
            LogConfig: { Type: "local", Config: { o: "1" } },
        },
    });
});

test("what is not given is left to the daemon, but for a container without rights of its own", () => {
    const body = createBody({ name: "a", image: "b" } as ContainerInputs, "urn");
    expect(body).toMatchObject({
        Healthcheck: undefined,
        HostConfig: { Init: false, Privileged: false, LogConfig: { Type: "" }, Binds: [], Memory: 0, MemorySwap: 0 },
    });
    expect(body).not.toHaveProperty("HostConfig.MaskedPaths");
});

test("paths without masks are asked for in the daemon's own way, as docker run does", () => {
    const given = { name: "a", image: "b", securityOpts: ["label=disable", "systempaths=unconfined"], memorySwap: -1 };
    expect(createBody(given as unknown as ContainerInputs, "urn")).toMatchObject({
        HostConfig: { SecurityOpt: ["label=disable"], MaskedPaths: [], ReadonlyPaths: [], MemorySwap: -1 },
    });
});
