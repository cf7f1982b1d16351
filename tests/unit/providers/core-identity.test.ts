import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { logIn } from "../../../providers/core-identity/identity";

describe("the identity of the core services' agent", () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "core-identity-"));
    const secretId = path.join(dir, "secret-id");
    const seen: string[] = [];
    let docker: http.Server;
    let vault: http.Server;

    const listening = (server: http.Server, at: string | number): Promise<void> =>
        new Promise((done) =>
            typeof at === "string" ? server.listen(at, done) : server.listen(at, "127.0.0.1", done),
        );

    beforeAll(async () => {
        docker = http.createServer((request, response) => {
            const what = request.url!.split("?")[0].split("/").at(-1)!;
            if (what !== "_ping")
                seen.push(`${what}: ${fs.existsSync(secretId) ? fs.readFileSync(secretId, "utf8") : "none"}`);
            response.writeHead(what === "_ping" ? 200 : 204, { "api-version": "1.51" }).end();
        });
        vault = http.createServer((_request, response) => {
            response.writeHead(200).end(JSON.stringify({ data: { secret_id: "the-new-one" } }));
        });
        await listening(docker, path.join(dir, "docker.sock"));
        await listening(vault, 0);
    });
    afterAll(async () => {
        for (const server of [docker, vault]) await new Promise((closed) => server.close(closed));
        fs.rmSync(dir, { recursive: true });
    });

    it("is handed over while the agent is stopped, as a running one would use it up and be ended", async () => {
        fs.writeFileSync(path.join(dir, "ca.pem"), "");
        await logIn({
            vaultAddress: `http://127.0.0.1:${(vault.address() as AddressInfo).port}`,
            caFile: path.join(dir, "ca.pem"),
            token: "t",
            role: "core-role",
            roleId: "8d1c",
            address: "192.168.64.1",
            dir,
            dockerHost: `unix://${path.join(dir, "docker.sock")}`,
            container: "core-agent",
            certificates: [],
        });
        expect(seen).toEqual(["stop: none", "start: the-new-one"]);
    });
});
