import * as fs from "node:fs";
import { VaultClient } from "../../../clients/vault/client";
import { tokenState } from "../../../clients/vault/login";
import { provider } from "../../../providers/vault-login/provider";
import { startOpenbao, type TestOpenbao } from "../core/servers";

let server: TestOpenbao;
let inputs: { address: string; ca: string; mount: string; roleId: string; secretId: string };

beforeAll(async () => {
    server = await startOpenbao();
    const { root, address, caFile } = server;
    await root.request("POST", "sys/auth/approle", { type: "approle" });
    const role = "auth/approle/role/platform";
    await root.request("POST", role, { token_ttl: "1h", secret_id_num_uses: 0 });
    const roleId = (await root.request("GET", `${role}/role-id`))?.data?.role_id as string;
    const secretId = (await root.request("POST", `${role}/secret-id`))?.data?.secret_id as string;
    inputs = { address, ca: fs.readFileSync(caFile, "utf8"), mount: "approle", roleId, secretId };
});

afterAll(() => server?.stop());

test("an AppRole of an external server gives a token, which ends with the stack", async () => {
    const { id, outs } = await provider.create(inputs);
    expect(await provider.read(id, outs)).toEqual({ id, props: outs });
    expect(await provider.diff(id, outs, inputs)).toEqual({ changes: false });
    await provider.delete(id, outs);
    expect(await tokenState(outs)).toBe("refused");
    await provider.delete(id, outs);
});

test("an expired token is drift, and is replaced before it is used", async () => {
    const { id, outs } = await provider.create(inputs);
    await new VaultClient(outs).request("POST", "auth/token/revoke-self");
    expect(await provider.read(id, outs)).toEqual({ id: "" });
    expect(await provider.diff(id, outs, inputs)).toEqual({ changes: true });
    const renewed = (await provider.update(id, outs, inputs)).outs;
    expect(await tokenState(renewed)).toBe("good");
});

test("an unreachable server leaves its token unknown", async () => {
    const { id, outs } = await provider.create(inputs);
    const away = { ...outs, address: "https://127.0.0.1:1" };
    expect(await provider.read(id, away)).toEqual({ id, props: away });
    await expect(provider.create({ ...inputs, address: away.address })).rejects.toThrow(
        /^Vault at https:\/\/127.0.0.1:1 can't be asked/,
    );
    await expect(provider.create({ ...inputs, secretId: "wrong" })).rejects.toThrow(
        /^Vault refused POST auth\/approle\/login/,
    );
});

test("bad input names the property, and no secret", async () => {
    const bad = { ...inputs, address: "vault.example.net", secretId: "" };
    const { failures } = await provider.check(bad, bad);
    expect(failures.map(({ property }) => property)).toEqual(["address", "secretId"]);
});
