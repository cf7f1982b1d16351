import * as fs from "node:fs/promises";
import * as http from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { DockerApi, DockerError } from "../../../engine/plugins/docker/api";
import { createBody } from "../../../engine/plugins/docker/container/create-body";
import type { ContainerInputs } from "../../../engine/plugins/docker/container/inputs";
import { daemonAt, sshArgv } from "../../../engine/plugins/docker/daemon";
import { formatDuration, parseDuration } from "../../../engine/plugins/docker/duration";
import { pullImage } from "../../../engine/plugins/docker/pull";
import { pluginFor } from "../../../engine/plugins";
import { UNKNOWN, UnreachableError, type ResourceType } from "../../../engine/plugins/plugin";
import { context } from "./context";

describe("the daemon's address", () => {
    it("becomes the command line that the docker command would use, the program's options first", () => {
        expect(sshArgv(new URL("ssh://sip-1"), ["-F", "/etc/ssh.conf"])).toEqual([
            ...["ssh", "-F", "/etc/ssh.conf"],
            ...["-o", "BatchMode=yes", "-o", "ConnectTimeout=30", "-o", "ServerAliveInterval=10", "-T"],
            ...["--", "sip-1", "docker", "system", "dial-stdio"],
        ]);
        const tail = sshArgv(new URL("ssh://voip@10.0.0.1:2222/run/d.sock"), []).slice(8);
        expect(tail.join(" ")).toBe("-l voip -p 2222 -- 10.0.0.1 docker --host unix:///run/d.sock system dial-stdio");
    });

    it.each(["", "tcp://1.2.3.4:2375", "unix://", "ssh://", "ssh://user:password@host", "sip-1"])(
        "refuses %j",
        (host) => {
            expect(() => daemonAt(host, [])).toThrow(`host is "${host}", must be unix:///path/to/socket or ssh://`);
        },
    );
});

describe("durations", () => {
    it.each([
        ["0s", 0, "0s"],
        ["500ms", 5e8, "500ms"],
        ["60s", 60e9, "1m0s"],
        ["1.5m", 90e9, "1m30s"],
        ["1h", 3600e9, "1h0m0s"],
    ])("%s is %d ns, which Go writes %s", (text, nanoseconds, normal) => {
        expect(parseDuration(text)).toBe(nanoseconds);
        expect(formatDuration(nanoseconds)).toBe(normal);
    });
});

describe("DockerApi", () => {
    let directory: string;
    let server: http.Server;
    let asked: string[];
    let answer: (url: string, response: http.ServerResponse) => void;
    let api: DockerApi;

    beforeEach(async () => {
        directory = await fs.mkdtemp(path.join(os.tmpdir(), "voip-docker-api-"));
        asked = [];
        server = http.createServer((request, response) => {
            asked.push(`${request.method} ${request.url}`);
            if (request.url === "/_ping") response.setHeader("Api-Version", "1.41").end("OK");
            else answer(request.url ?? "", response);
        });
        await new Promise<void>((resolve) => server.listen(path.join(directory, "socket"), resolve));
        api = new DockerApi(daemonAt(`unix://${directory}/socket`, []));
    });
    afterEach(async () => {
        api.close();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
        await fs.rm(directory, { recursive: true });
    });

    it("asks for the daemon's version once and speaks it", async () => {
        answer = (_url, response) => response.end('{"a":1}');
        expect(await api.call("GET", "/x", { query: { q: "a b" } })).toEqual({ a: 1 });
        await api.call("GET", "/y");
        expect(asked).toEqual(["GET /_ping", "GET /v1.41/x?q=a+b", "GET /v1.41/y"]);
    });

    it("passes on the daemon's refusal", async () => {
        answer = (_url, response) => response.writeHead(409).end('{"message":"name in use"}');
        const refusal = await api.call("POST", "/x", { body: {} }).catch((error: unknown) => error);
        expect(refusal).toBeInstanceOf(DockerError);
        expect(refusal).toMatchObject({ status: 409, message: "name in use" });
    });

    it("says that the daemon did not answer in time, and when it was interrupted", async () => {
        answer = () => undefined;
        const late = api.call("GET", "/x", { signal: AbortSignal.timeout(50) });
        await expect(late).rejects.toThrow(UnreachableError);
        await expect(api.call("GET", "/x", { signal: AbortSignal.abort() })).rejects.toThrow("interrupted");
    });

    it("finds the failure of a pull that began well", async () => {
        const progress =
            '{"status":"Pulling"}\r\n{"errorDetail":{"message":"full"},"error":"no space left on device"}\r\n';
        answer = (_url, response) => response.end(progress);
        await expect(pullImage(api, "voip/x")).rejects.toThrow("unable to pull image voip/x: no space left on device");
        expect(asked[1]).toBe("POST /v1.41/images/create?fromImage=voip%2Fx%3Alatest");
        answer = (_url, response) => response.end('{"status":"Pulling"}\r\n{"status":"Status: Downloaded"}\r\n');
        await pullImage(api, "registry:5000/x@sha256:0123");
        expect(asked[2]).toBe("POST /v1.41/images/create?fromImage=registry%3A5000%2Fx%40sha256%3A0123");
    });

    it("tries to reach a daemon again after it could not", async () => {
        answer = (_url, response) => response.end("{}");
        const socket = path.join(directory, "socket");
        await fs.rename(socket, `${socket}.away`);
        await expect(api.call("GET", "/x")).rejects.toThrow(/no connection to Docker on unix:.*ENOENT/);
        await fs.rename(`${socket}.away`, socket);
        expect(await api.call("GET", "/x")).toEqual({});
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
