import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { VaultClient } from "../../../clients/vault/client";
import { serverState } from "../../../clients/vault/health";
import { login, tokenState } from "../../../clients/vault/login";
import { foreignObjects } from "../../../vault/claim";

let server: http.Server;
let address: string;
let asked: { line: string; token?: string; body: string }[];
/** Answers by request line; 404 to all others. */
let answers: Record<string, { status?: number; json?: unknown }>;

beforeAll(async () => {
    server = http.createServer((request, response) => {
        let body = "";
        request.on("data", (chunk: Buffer) => (body += chunk.toString()));
        request.on("end", () => {
            const line = `${request.method} ${(request.url ?? "").replace("/v1/", "")}`;
            asked.push({ line, token: request.headers["x-vault-token"] as string | undefined, body });
            const { status = 200, json = { errors: [] } } = answers[line] ?? { status: 404 };
            response.writeHead(status).end(JSON.stringify(json));
        });
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((closed) => server.close(closed)));
beforeEach(() => ([asked, answers] = [[], {}]));

describe("a login by AppRole", () => {
    const by = () => login({ address, ca: "", mount: "provisioning", roleId: "r", secretId: "s" });

    it("gives the token", async () => {
        answers["POST auth/provisioning/login"] = { json: { auth: { client_token: "t" } } };
        expect(await by()).toBe("t");
        expect(JSON.parse(asked[0].body)).toEqual({ role_id: "r", secret_id: "s" });
        expect(asked[0].token).toBeUndefined();
    });

    it("that is answered without a token fails", async () => {
        answers["POST auth/provisioning/login"] = { json: { auth: {} } };
        await expect(by()).rejects.toThrow(`Vault at ${address} answered the login at provisioning without a token`);
    });
});

describe("a token", () => {
    const state = (of = address) => tokenState({ address: of, token: "t" });
    const lookup = "GET auth/token/lookup-self";

    it("is valid when the server knows it", async () => {
        answers[lookup] = { json: { data: {} } };
        expect(await state()).toBe("good");
        expect(asked).toMatchObject([{ token: "t" }]);
    });

    it("is refused only by a server that says so", async () => {
        answers[lookup] = { status: 403 };
        expect(await state()).toBe("refused");
        answers[lookup] = { status: 503 };
        expect(await state()).toBe("server not reached");
        expect(await state("http://127.0.0.1:9")).toBe("server not reached");
    });
});

test.each([
    [200, "active"],
    [429, "standby"],
    [472, "standby"],
    [473, "standby"],
    [501, "not initialised"],
    [503, "sealed"],
    [500, "Vault refused GET sys/health with status 500"],
])("a server that answers %i is %s", async (status, state) => {
    answers["GET sys/health"] = { status };
    expect(await serverState({ address })).toBe(state);
});

test("a server that does not answer is not answering", async () => {
    expect(await serverState({ address: "http://127.0.0.1:9" })).toMatch(/^not answering: .*ECONNREFUSED/);
});

describe("what conflicts with the platform on a server", () => {
    const foreign = () => foreignObjects(new VaultClient({ address, token: "t" }), "ours");
    const table = (entries: Record<string, string>) => ({
        json: { data: Object.fromEntries(Object.entries(entries).map(([at, description]) => [at, { description }])) },
    });
    const policies = "GET sys/policies/acl?list=true";

    beforeEach(() => {
        answers["GET sys/mounts"] = table({ "secret/": "ours", "sys/": "system" });
        answers["GET sys/auth"] = table({ "token/": "tokens" });
        answers[policies] = { json: { data: { keys: ["default", "root"] } } };
    });

    it("is nothing on a server of others that has none of its names", async () => {
        expect(await foreign()).toEqual([]);
    });

    it("is what has its name and not its mark", async () => {
        answers["GET sys/mounts"] = table({ "secret/": "theirs", "pki/": "ours", "database/": "" });
        answers["GET sys/auth"] = table({ "approle/": "theirs" });
        answers[policies] = { json: { data: { keys: ["default", "sip-vm-policy", "theirs"] } } };
        expect(await foreign()).toEqual([
            "mount secret/",
            "mount database/",
            "auth method approle/",
            "policy sip-vm-policy",
        ]);
    });

    it("is no policy where the auth method is its own", async () => {
        answers["GET sys/auth"] = table({ "approle/": "ours" });
        answers[policies] = { json: { data: { keys: ["sip-vm-policy"] } } };
        expect(await foreign()).toEqual([]);
        expect(asked.map(({ line }) => line)).not.toContain(policies);
    });

    it("is no policy that may not be listed; another error is one", async () => {
        answers[policies] = { status: 403 };
        expect(await foreign()).toEqual([]);
        answers[policies] = { status: 500 };
        await expect(foreign()).rejects.toThrow("status 500");
    });
});
