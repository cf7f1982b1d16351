import * as fs from "node:fs/promises";
import * as http from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { DockerApi, DockerError } from "../../../clients/docker/api";
import { daemonAt, sshArgv } from "../../../clients/docker/daemon";
import { pullImage } from "../../../clients/docker/pull";
import { UnreachableError } from "../../../clients/unreachable";

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
