import type { Properties } from "../../../engine/plugins";
import { checked, inputsOf, type Inputs } from "./inputs-of";

const token = "docker:index/container:Container";

const container: Inputs = {
    values: {
        name: ["a", "b"],
        image: ["a", "b"],
        command: [["a"], ["b"]],
        entrypoints: [["a"], ["b"]],
        envs: [["A=1"], ["A=2"]],
        user: ["1", "2"],
        hostname: ["a", "b"],
        labels: [[{ label: "a", value: "1" }], [{ label: "a", value: "2" }]],
        networkMode: ["host", "none"],
        restart: ["always", "no"],
        init: [true, false],
        privileged: [true, false],
        readOnly: [true, false],
        capabilities: [{ adds: ["NET_ADMIN"] }, { drops: ["NET_ADMIN"] }],
        ulimits: [[{ name: "nofile", soft: 1, hard: 2 }], [{ name: "nofile", soft: 2, hard: 2 }]],
        securityOpts: [["no-new-privileges"], ["seccomp=unconfined"]],
        memory: [256, 512],
        memorySwap: [-1, 512],
        tmpfs: [{ "/run": "size=1m" }, { "/run": "size=2m" }],
        mounts: [
            [{ target: "/a", type: "bind", source: "/b", readOnly: true, bindOptions: { propagation: "rslave" } }],
            [{ target: "/a", type: "bind", source: "/b", readOnly: true, bindOptions: { propagation: "shared" } }],
        ],
        volumes: [
            [{ containerPath: "/a", hostPath: "/b", readOnly: true }],
            [{ containerPath: "/a", volumeName: "b", readOnly: true }],
        ],
        logDriver: ["local", "journald"],
        logOpts: [{ mode: "blocking" }, { mode: "non-blocking" }],
        healthcheck: [
            { tests: ["CMD", "a"], interval: "1s", timeout: "2s", startPeriod: "3s", startInterval: "4s", retries: 1 },
            { tests: ["CMD", "a"], interval: "1s", timeout: "2s", startPeriod: "3s", startInterval: "4s", retries: 2 },
        ],
        stopSignal: ["SIGINT", "SIGTERM"],
        stopTimeout: [1, 2],
        mustRun: [true, false],
        containerReadRefreshTimeoutMilliseconds: [1, 2],
        start: [true, false],
        wait: [true, false],
        waitTimeout: [1, 2],
        removeVolumes: [true, false],
        destroyGraceSeconds: [1, 2],
    },
    required: ["name", "image"],
    defaults: {
        networkMode: "bridge",
        restart: "no",
        mustRun: true,
        containerReadRefreshTimeoutMilliseconds: 15_000,
        start: true,
        waitTimeout: 60,
        removeVolumes: true,
    },
    replaces: [
        ...["name", "image", "command", "entrypoints", "envs", "user", "hostname", "labels", "networkMode", "init"],
        ...[
            "privileged",
            "readOnly",
            "capabilities",
            "ulimits",
            "securityOpts",
            "tmpfs",
            "mounts",
            "volumes",
            "logDriver",
        ],
        ...["logOpts", "healthcheck", "stopSignal", "stopTimeout"],
    ],
    kept: [
        ...["command", "entrypoints", "envs", "user", "hostname", "labels", "init", "securityOpts", "logDriver"],
        ...["healthcheck", "stopSignal", "stopTimeout"],
    ],
};

test("a container is made anew for what Docker can't change", async () => {
    expect(await inputsOf(token, container)).toEqual(container);
});

const checkedWith = (more: Properties) => checked(token, { name: "a", image: "b", ...more });

describe("a container with", () => {
    it.each<[Properties, string[]]>([
        [{ restart: "often" }, ['restart is "often", must be one of no, on-failure, always, unless-stopped']],
        [
            { labels: [{}] },
            ["labels[0].label is missing, must be a string", "labels[0].value is missing, must be a string"],
        ],
        [
            { ulimits: [{}] },
            ["name is missing, must be a string", "soft is missing, must be an integer"]
                .concat("hard is missing, must be an integer")
                .map((text) => `ulimits[0].${text}`),
        ],
        [
            { mounts: [{}] },
            ["mounts[0].target is missing, must be a string", "mounts[0].type is missing, must be a string"],
        ],
        [
            { mounts: [{ target: "/a", type: "npipe" }] },
            ['mounts[0].type is "npipe", must be one of bind, volume, tmpfs'],
        ],
        [
            { mounts: [{ target: "/a", type: "bind", bindOptions: { propagation: "none" } }] },
            [
                'mounts[0].bindOptions.propagation is "none", must be one of private, rprivate, shared, rshared, slave, rslave',
            ],
        ],
        [{ volumes: [{}] }, ["volumes[0].containerPath is missing, must be a string"]],
        [
            { volumes: [{ containerPath: "/a", hostPath: "b" }] },
            ['volumes[0].hostPath is "b", must be an absolute path'],
        ],
        [
            { healthcheck: { interval: "5 s" } },
            ['healthcheck.interval is "5 s", must be a duration such as 500ms, 10s or 1m30s'],
        ],
        [{ healthcheck: { retries: -1 } }, ["healthcheck.retries is -1, must be at least 0"]],
        [{ memory: -1 }, ["memory is -1, must be at least 0"]],
        [{ memorySwap: -2 }, ["memorySwap is -2, must be at least -1"]],
        [{ waitTimeout: -1 }, ["waitTimeout is -1, must be at least 0"]],
        [{ destroyGraceSeconds: -1 }, ["destroyGraceSeconds is -1, must be at least 0"]],
        [
            { containerReadRefreshTimeoutMilliseconds: -1 },
            ["containerReadRefreshTimeoutMilliseconds is -1, must be at least 0"],
        ],
    ])("%j is refused", async (more, said) => {
        expect((await checkedWith(more)).reasons).toEqual(said);
    });

    it.each<[Properties]>([
        [{ waitTimeout: 0, destroyGraceSeconds: 0, containerReadRefreshTimeoutMilliseconds: 0 }],
        [{ healthcheck: { retries: 0, interval: "0" } }],
        ...["bind", "volume", "tmpfs"].map((type): [Properties] => [{ mounts: [{ target: "/a", type }] }]),
        ...["private", "rprivate", "shared", "rshared", "slave", "rslave"].map((propagation): [Properties] => [
            { mounts: [{ target: "/a", type: "bind", bindOptions: { propagation } }] },
        ]),
        ...["no", "on-failure", "always", "unless-stopped"].map((restart): [Properties] => [{ restart }]),
    ])("%j is accepted", async (more) => {
        expect((await checkedWith(more)).reasons).toEqual([]);
    });

    it("a health check gets the durations that it leaves open", async () => {
        const { inputs } = await checkedWith({ healthcheck: {} });
        expect(inputs.healthcheck).toEqual({
            __defaults: ["interval", "startInterval", "startPeriod", "timeout"],
            interval: "0s",
            startInterval: "0s",
            startPeriod: "0s",
            timeout: "0s",
        });
    });
});
