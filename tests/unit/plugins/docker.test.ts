import { createBody } from "../../../engine/plugins/docker/container/create-body";
import type { ContainerInputs } from "../../../engine/plugins/docker/container/inputs";
import { formatDuration, parseDuration } from "../../../engine/plugins/docker/duration";
import { pluginFor } from "../../../engine/plugins";
import { UNKNOWN, type ResourceType } from "../../../engine/plugins/plugin";
import { context } from "./context";

describe("durations", () => {
    it.each([
        ["0s", 0, "0s"],
        ["7ns", 7, "7ns"],
        ["5us", 5e3, "5µs"],
        ["5µs", 5e3, "5µs"],
        ["999µs", 999e3, "999µs"],
        ["1ms", 1e6, "1ms"],
        ["500ms", 5e8, "500ms"],
        ["1s", 1e9, "1s"],
        ["59s", 59e9, "59s"],
        ["60s", 60e9, "1m0s"],
        ["1.5m", 90e9, "1m30s"],
        ["1h", 3600e9, "1h0m0s"],
        ["2h3m4s", 7384e9, "2h3m4s"],
    ])("%s is %d ns, which Go writes %s", (text, nanoseconds, normal) => {
        expect(parseDuration(text)).toBe(nanoseconds);
        expect(formatDuration(nanoseconds)).toBe(normal);
    });
});

describe("the docker plugin", () => {
    let container: ResourceType;
    const minimal = { name: "kamailio", image: "voip/kamailio:1" };

    beforeAll(async () => {
        container = (await pluginFor("docker")!()).types["docker:index/container:Container"];
    });

    it("takes its settings as the SDK sends them, and names what it does not know", async () => {
        const plugin = await pluginFor("docker")!();
        await plugin.configure({ host: "ssh://sip-1", sshOpts: '["-F","x"]', version: "5.2.0" });
        await plugin.configure({ host: UNKNOWN });
        await expect(plugin.configure({ registryAuth: "[]", host: 5 })).rejects.toThrow(
            /^docker provider: registryAuth is not supported .*; host is 5, must be a string$/,
        );
        await expect(plugin.configure({ sshOpts: "-F x" })).rejects.toThrow(/sshOpts/);
    });

    it("names a container's inputs that need the official plugin", async () => {
        const { failures } = await container.check(
            {},
            { ...minimal, ports: [{ internal: 80 }], volumes: [{ fromContainer: "x" }] },
        );
        expect(failures.map(({ property }) => property)).toEqual([
            "ports",
            "volumes[0].fromContainer",
            "volumes[0].containerPath",
        ]);
    });

    it("puts the container together as docker run would", async () => {
        const { inputs } = await container.check(
            {},
            {
                ...minimal,
                command: ["kamailio", "-DD"],
                networkMode: "host",
                restart: "unless-stopped",
                labels: [{ label: "tier", value: "sip" }],
                volumes: [
                    { hostPath: "/etc/kamailio", containerPath: "/etc/kamailio", readOnly: true },
                    { containerPath: "/var/x" },
                ],
                mounts: [{ type: "bind", source: "/run/k", target: "/run/k", bindOptions: { propagation: "rslave" } }],
                healthcheck: { tests: ["CMD", "kamcmd", "core.uptime"], interval: "2s" },
            },
        );
        expect(createBody(inputs as unknown as ContainerInputs, "urn:x")).toMatchSnapshot();
    });

    it("knows in a preview what was given, and no more", async () => {
        const { inputs } = await container.check({}, { ...minimal, command: ["a"] });
        const { outputs } = await container.create(inputs, context({ preview: true }));
        expect(outputs).toMatchObject({ ...minimal, command: ["a"], mustRun: true, hostname: UNKNOWN, envs: UNKNOWN });
    });

    it("replaces for an image that is not known yet", async () => {
        const { inputs } = await container.check({}, { ...minimal, image: UNKNOWN });
        expect(await container.diff("id", {}, { ...inputs, ...minimal }, inputs)).toMatchObject({
            replaces: ["image"],
        });
    });

    it("sees the same in what a state of the official provider and the program write differently", async () => {
        const { inputs } = await container.check(
            {},
            {
                ...minimal,
                capabilities: { adds: ["NET_ADMIN", "sys_nice"] },
                healthcheck: { tests: ["CMD", "x"], interval: "60s" },
                envs: ["B=2", "A=1"],
            },
        );
        const outputs = {
            ...inputs,
            attach: false,
            capabilities: { adds: ["CAP_SYS_NICE", "CAP_NET_ADMIN"], drops: [] },
            healthcheck: { tests: ["CMD", "x"], interval: "1m0s", timeout: "0s", startPeriod: "0s", retries: 0 },
            envs: ["A=1", "B=2"],
            logOpts: {},
            user: "",
        };
        expect(await container.diff("id", {}, outputs, inputs)).toMatchObject({ changes: false });
    });
});
