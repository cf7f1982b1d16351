import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { provider } from "../../../providers/vault-password/provider";

/** A key-value engine (version 2) with one secret; undefined: it holds none. */
let held: Record<string, string> | undefined;
let refusals: { status: number; errors: string[] }[];
let hasEngine: boolean;
let server: http.Server;

function answerTo(method: string, url: string, body: string): { status: number; body?: unknown } {
    const refusal = refusals.shift();
    if (refusal) return { status: refusal.status, body: { errors: refusal.errors } };
    if (!hasEngine) return { status: 404, body: { errors: [] } };
    if (method === "DELETE" && url === "/v1/secret/metadata/valkey/kamailio") held = undefined;
    if (method === "POST") held = (JSON.parse(body) as { data: Record<string, string> }).data;
    if (method === "DELETE") return { status: 204 };
    return held ? { status: 200, body: { data: { data: held, version: 1 } } } : { status: 404, body: { errors: [] } };
}

beforeAll(async () => {
    server = http.createServer((request, response) => {
        let body = "";
        request.on("data", (chunk: Buffer) => (body += chunk.toString()));
        request.on("end", () => {
            const answer = answerTo(request.method ?? "", request.url ?? "", body);
            response.writeHead(answer.status).end(answer.body === undefined ? "" : JSON.stringify(answer.body));
        });
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
});
beforeEach(() => {
    [held, refusals, hasEngine] = [undefined, [], true];
});
afterAll(() => new Promise((closed) => server.close(closed)));

const inputs = () => ({
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caFile: "/dev/null",
    token: "t",
    mount: "secret",
    path: "valkey/kamailio",
    first: "first",
});
const rotated = { password: "rotated", previous: "" };

test("a password is written if there is none", async () => {
    await provider.create(inputs());
    expect(held).toEqual({ password: "first", previous: "" });
});

test("a rotated password stays, whatever is made or updated", async () => {
    held = rotated;
    await provider.create(inputs());
    await provider.update("id", inputs(), { ...inputs(), token: "another" });
    expect(held).toEqual(rotated);
});

test("another first password or nothing else is no change; another token is kept", async () => {
    expect(await provider.diff("id", inputs(), { ...inputs(), first: "second" })).toMatchObject({ changes: false });
    expect(await provider.diff("id", inputs(), { ...inputs(), token: "u" })).toMatchObject({
        changes: true,
        replaces: [],
    });
    expect(await provider.diff("id", inputs(), { ...inputs(), path: "b" })).toMatchObject({ replaces: ["path"] });
});

test("a server that lost it, or the whole engine, is found by a refresh", async () => {
    expect(await provider.read("id", inputs())).toEqual({ id: "" });
    refusals = [{ status: 404, errors: ["no handler for route"] }];
    expect(await provider.read("id", inputs())).toEqual({ id: "" });
    held = rotated;
    expect(await provider.read("id", inputs())).toMatchObject({ id: "id" });
});

test("a server that rejects the token, or is away, leaves the password unknown", async () => {
    refusals = [{ status: 403, errors: ["permission denied"] }];
    expect(await provider.read("id", inputs())).toMatchObject({ id: "id" });
    const away = { ...inputs(), address: "http://127.0.0.1:1" };
    expect(await provider.read("id", away)).toMatchObject({ id: "id" });
});

test("an engine that is being upgraded is waited for, one that is not there is named", async () => {
    refusals = [
        { status: 404, errors: [] },
        { status: 400, errors: ["Upgrading from non-versioned to versioned data. This backend will be unavailable"] },
    ];
    await provider.create(inputs());
    expect(held).toMatchObject({ password: "first" });
    hasEngine = false;
    await expect(provider.create(inputs())).rejects.toThrow(/has no key-value engine at secret\//);
});

test("it is removed with all its versions", async () => {
    held = rotated;
    await provider.delete("id", inputs());
    expect(held).toBeUndefined();
});
