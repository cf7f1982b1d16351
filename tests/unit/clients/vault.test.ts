import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { VaultClient } from "../../../clients/vault/client";

interface Asked {
    line: string;
    headers: http.IncomingHttpHeaders;
    body: string;
}

describe("the client of Vault's API", () => {
    const asked: Asked[] = [];
    let answer: { status: number; body?: string };
    /** Answers before that one. */
    const first: { status: number; body?: string }[] = [];
    let server: http.Server;
    let client: VaultClient;

    beforeAll(async () => {
        server = http.createServer((request, response) => {
            let body = "";
            request.on("data", (chunk: Buffer) => (body += chunk.toString()));
            request.on("end", () => {
                asked.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
                const { status, body: said } = first.shift() ?? answer;
                response.writeHead(status).end(said);
            });
        });
        await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
        client = new VaultClient({ address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: "t" });
    });
    beforeEach(() => asked.splice(0));
    afterAll(() => new Promise((closed) => server.close(closed)));

    it("sends token, body and the wish for a wrapped answer", async () => {
        answer = { status: 200, body: `{"data":null,"wrap_info":{"token":"w","accessor":"a","ttl":300}}` };
        const said = await client.request(
            "POST",
            "auth/approle/role/x/secret-id",
            { metadata: "{}" },
            { wrapTtl: 300 },
        );
        expect(said?.wrap_info?.token).toBe("w");
        expect(asked).toMatchObject([
            {
                line: "POST /v1/auth/approle/role/x/secret-id",
                headers: { "x-vault-request": "true", "x-vault-token": "t", "x-vault-wrap-ttl": "300s" },
                body: `{"metadata":"{}"}`,
            },
        ]);
    });

    it("lists keys, and none where there are none", async () => {
        answer = { status: 200, body: `{"data":{"keys":["a","b"]}}` };
        expect(await client.list("database/roles")).toEqual(["a", "b"]);
        answer = { status: 404, body: `{"errors":[]}` };
        expect(await client.list("database/roles")).toEqual([]);
        expect(asked[0].line).toBe("GET /v1/database/roles?list=true");
    });

    it("takes an answer without content", async () => {
        answer = { status: 204 };
        expect(await client.request("POST", "database/rotate-role/x")).toBeUndefined();
    });

    it.each([
        [403, `{"errors":["permission\\n denied"]}`, "permission denied"],
        [404, `{"errors":["no handler for route"]}`, "no handler for route"],
        [502, "Bad gateway", "Bad gateway"],
    ])("says in one sentence what was refused, status %d", async (status, body, words) => {
        answer = { status, body };
        await expect(client.request("GET", "secret/x")).rejects.toThrow(
            `Vault refused GET secret/x with status ${status}: ${words}`,
        );
    });

    it("names an unavailable server", async () => {
        const nobody = new VaultClient({ address: "http://127.0.0.1:1" });
        await expect(nobody.request("GET", "sys/health")).rejects.toThrow(
            /Vault at http:\/\/127\.0\.0\.1:1 can't be asked \(GET sys\/health\): .*ECONNREFUSED/,
        );
    });

    const conflict = { status: 500, body: '{"errors": ["1 error occurred:\\n\\t* transaction commit failed\\n\\n"]}' };

    test("repeats a request that lost a conflict", async () => {
        first.push(conflict, conflict);
        answer = { status: 200, body: '{"data": {"kept": "yes"}}' };
        expect((await client.request("POST", "pki/root", {}))?.data).toEqual({ kept: "yes" });
        expect(asked).toHaveLength(3);
    });

    test("abandons a request that always loses, and at once on any other failure", async () => {
        answer = conflict;
        await expect(client.request("POST", "pki/root", {})).rejects.toThrow("transaction commit failed");
        expect(asked).toHaveLength(10);
        asked.splice(0);
        answer = { status: 500, body: '{"errors": ["internal error"]}' };
        await expect(client.request("POST", "pki/root", {})).rejects.toThrow("internal error");
        expect(asked).toHaveLength(1);
    });
});
