import * as fs from "node:fs";
import * as http from "node:http";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import type { AgentRequest } from "../../../clients/agent";
import { agentState, logIn, type CoreIdentityDefinition } from "../../../providers/core-identity/identity";

describe("the identity of the core services' agent", () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "core-identity-"));
    const asked: AgentRequest[] = [];
    const wrapTtls: unknown[] = [];
    let answer: object;
    let agent: net.Server;
    let vault: http.Server;
    let definition: CoreIdentityDefinition;

    const listening = (server: net.Server, at: string | number): Promise<void> =>
        new Promise((done) =>
            typeof at === "string" ? server.listen(at, done) : server.listen(at, "127.0.0.1", done),
        );

    beforeAll(async () => {
        agent = net.createServer((connection) => {
            connection.on("data", (text) => {
                asked.push(JSON.parse(text.toString()) as AgentRequest);
                connection.end(JSON.stringify(answer));
            });
        });
        vault = http.createServer((request, response) => {
            wrapTtls.push(request.headers["x-vault-wrap-ttl"]);
            response.writeHead(200).end(JSON.stringify({ wrap_info: { token: "wrapping-token" } }));
        });
        await listening(agent, path.join(dir, "socket"));
        await listening(vault, 0);
        fs.writeFileSync(path.join(dir, "ca.pem"), "");
        definition = {
            vaultAddress: `http://127.0.0.1:${(vault.address() as net.AddressInfo).port}`,
            caFile: path.join(dir, "ca.pem"),
            token: "t",
            role: "core-role",
            roleId: "8d1c",
            address: "192.168.64.1",
            runDir: dir,
            dockerHost: `unix://${path.join(dir, "docker.sock")}`,
            container: "core-agent",
            certificates: [],
        };
    });
    afterAll(async () => {
        for (const server of [agent, vault]) await new Promise((closed) => server.close(closed));
        fs.rmSync(dir, { recursive: true });
    });
    beforeEach(() => {
        asked.length = 0;
        wrapTtls.length = 0;
        answer = { out: "{}", err: "", status: 0 };
    });

    it("is passed on wrapped, with the role-id", async () => {
        await logIn(definition);
        expect(wrapTtls).toEqual(["300s"]);
        expect(asked).toEqual([{ command: "login", input: "wrapping-token\n8d1c\n" }]);
    });

    it("is refused with the agent's message", async () => {
        answer = { out: "", err: "somebody else has unwrapped it before", status: 1 };
        await expect(logIn(definition)).rejects.toThrow(/^core-agent: somebody else has unwrapped it before/);
    });

    it("is not ready as long as a server has no certificate, also after it asked for new ones", async () => {
        const missing = { ...definition, certificates: [path.join(dir, "server.pem")] };
        await expect(logIn(missing)).rejects.toThrow(/core-agent is not ready: .*server.pem is missing/);
        expect(asked.map(({ command }) => command)).toEqual(["login", "render"]);
    });

    it.each([
        ["is logged out", { agent: { state: "unauthenticated", detail: "refused" } }, "unauthenticated: refused"],
        ["can't reach Vault", { agent: { state: "unreachable", detail: "away" } }, "unreachable: away"],
    ])("is found by a refresh when it %s", async (_, said, state) => {
        answer = { out: JSON.stringify(said), err: "", status: 0 };
        expect(await agentState(definition)).toBe(state);
    });

    it("is found by a refresh when nothing answers", async () => {
        const nowhere = { ...definition, runDir: path.join(dir, "none") };
        expect(await agentState(nowhere)).toMatch(/^not running: /);
    });
});
