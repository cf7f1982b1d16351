import type { VaultMethod } from "../../../clients/vault/client";
import { pluginFor, type Plugin, type Properties } from "../../../engine/plugins";
import { context } from "../../unit/plugins/context";
import { startOpenbao, startPostgres, type TestOpenbao, type TestPostgres } from "../core/servers";
import { create, diff, drift, remove, update, type Made } from "./life-cycle";

let bao: TestOpenbao;
let plugin: Plugin;
const type = (token: string) => plugin.types[`vault:${token}`];
const vault = (method: VaultMethod, path: string, body?: Record<string, unknown>) =>
    bao.root.request(method, path, body);
const mount = (path: string, kind: string, more: Properties = {}) =>
    create(type("index/mount:Mount"), { path, type: kind, ...more });

beforeAll(async () => {
    bao = await startOpenbao();
    plugin = await pluginFor("vault")!();
    await plugin.configure({ address: bao.address, token: bao.token, caCertFile: bao.caFile, skipChildToken: "true" });
});

afterAll(async () => {
    await bao?.stop();
});

describe("Mount and AuthBackend", () => {
    it("are created, read, changed and deleted", async () => {
        const made = await mount("kv", "kv", {
            options: { version: "2" },
            description: "ours",
            maxLeaseTtlSeconds: 60,
        });
        expect(made.id).toBe("kv");
        expect(made.outputs.accessor).toMatch(/^kv_/);
        const tuned = await update(made, { ...made.inputs, description: "still ours", maxLeaseTtlSeconds: 120 });
        await vault("POST", "sys/mounts/kv/tune", { max_lease_ttl: "99s" });
        expect(await drift(tuned)).toEqual(["maxLeaseTtlSeconds"]);
        expect(await diff(tuned, { ...tuned.inputs, type: "pki" })).toMatchObject({ replaces: ["type"] });
        await expect(type("index/mount:Mount").update!("kv", {}, { path: "other" }, context())).rejects.toThrow(
            /path kv can't be changed to other/,
        );
        await remove(tuned);

        const auth = await create(type("index/authBackend:AuthBackend"), { type: "approle", description: "ours" });
        expect(auth).toMatchObject({ id: "approle", outputs: { path: "approle", __meta: '{"schema_version":"1"}' } });
        const described = await update(auth, { type: "approle", description: "mine" });
        await remove(described);
    });

    it("takes over what a killed run left, known by its description, and nobody else's mount", async () => {
        const left = await mount("left", "kv", { description: "voip-stack test 1234" });
        await mount("left", "kv", { description: "voip-stack test 1234" });
        for (const description of ["voip-stack other 5678", ""]) {
            const { inputs } = await type("index/mount:Mount").check({}, { path: "left", type: "kv", description });
            await expect(type("index/mount:Mount").create(inputs, context())).rejects.toThrow(/already in use/);
        }
        await remove(left);
    });
});

describe("Policy and AuthBackendRole", () => {
    it("are created, read, changed and deleted", async () => {
        const policy = await create(type("index/policy:Policy"), { name: "reader", policy: 'path "a" {}' });
        const changed = await update(policy, { name: "reader", policy: 'path "b" {}' });
        await vault("POST", "sys/policies/acl/reader", { policy: 'path "*" { capabilities = ["sudo"] }' });
        expect(await drift(changed)).toEqual(["policy"]);
        expect(await diff(changed, { name: "writer", policy: 'path "b" {}' })).toMatchObject({ replaces: ["name"] });
        await remove(changed);

        const auth = await create(type("index/authBackend:AuthBackend"), { type: "approle" });
        const inputs = {
            backend: "approle",
            roleName: "vm",
            tokenPolicies: ["b", "a"],
            tokenTtl: 60,
            tokenMaxTtl: 120,
            tokenNoDefaultPolicy: true,
            secretIdNumUses: 1,
            secretIdBoundCidrs: ["192.0.2.1/32"],
            tokenBoundCidrs: ["192.0.2.1"],
        };
        const role = await create(type("appRole/authBackendRole:AuthBackendRole"), inputs);
        expect(role.id).toBe("auth/approle/role/vm");
        expect(role.outputs.roleId).toMatch(/^[0-9a-f-]{36}$/);
        const longer = await update(role, { ...inputs, tokenBoundCidrs: undefined, tokenMaxTtl: 180 });
        expect(longer.outputs.roleId).toBe(role.outputs.roleId);
        const seen = await vault("GET", "auth/approle/role/vm");
        expect(seen?.data).toMatchObject({ token_bound_cidrs: [], token_max_ttl: 180, token_no_default_policy: true });
        await vault("POST", "auth/approle/role/vm", { secret_id_num_uses: 0 });
        expect(await drift(longer)).toEqual(["secretIdNumUses"]);
        await remove(longer);
        await remove(auth);
    });
});

describe("SecretV2", () => {
    it("is created, read, changed and deleted; order and spaces of its JSON don't matter", async () => {
        const kv = await mount("kv2", "kv", { options: { version: "2" } });
        const inputs = { mount: "kv2", name: "a/b", dataJson: '{ "b": 1, "a": "x" }', deleteAllVersions: true };
        const secret = await create(type("kv/secretV2:SecretV2"), inputs);
        expect(secret).toMatchObject({
            id: "kv2/data/a/b",
            outputs: { path: "kv2/data/a/b", metadata: { version: "1" } },
        });
        expect(await diff(secret, { ...inputs, dataJson: '{"a":"x","b":1}' })).toMatchObject({ diffs: [] });
        const changed = await update(secret, { ...inputs, dataJson: '{"a":"y"}' });
        expect(changed.outputs.metadata).toMatchObject({ version: "2" });
        await vault("POST", "kv2/data/a/b", { data: { a: "by hand" } });
        expect(await drift(changed)).toEqual(["dataJson"]);
        await remove(changed);
        expect(await vault("GET", "kv2/metadata/a/b")).toBeUndefined();
        await remove(kv);
        await changed.type.delete(changed.id, changed.outputs, context()); // nor is it an error when the mount is gone
    });

    it("does not print what it refused to write", async () => {
        const { inputs } = await type("kv/secretV2:SecretV2").check(
            {},
            { mount: "nowhere", name: "x", dataJson: '{"password":"hush"}' },
        );
        const refused = type("kv/secretV2:SecretV2").create(inputs, context());
        await expect(refused).rejects.toThrow(/POST nowhere\/data\/x/);
        await expect(refused).rejects.not.toThrow(/hush/);
    });
});

describe("PKI", () => {
    const pki = (name: string) => type(`pkiSecret/secretBackend${name}:SecretBackend${name}`);
    let mounts: Made[];

    beforeAll(async () => {
        mounts = [await mount("pki", "pki", { maxLeaseTtlSeconds: 864_000 }), await mount("pki_int", "pki")];
    });

    afterAll(async () => {
        for (const made of mounts) await remove(made);
    });

    it("makes a root, and an intermediate whose certificates chain up to it", async () => {
        const key = { type: "internal", keyType: "ec", keyBits: 256 };
        const root = await create(pki("RootCert"), {
            backend: "pki",
            commonName: "root",
            issuerName: "first",
            ttl: "864000",
            ...key,
        });
        expect(root.id).toBe(`pki/issuer/${root.outputs.issuerId as string}`);
        expect(root.outputs).toMatchObject({ __meta: '{"schema_version":"1"}', issuingCa: root.outputs.certificate });
        expect(root.outputs.serialNumber).toMatch(/^[0-9a-f]{2}:/);
        expect(await diff(root, { ...root.inputs, commonName: "other" })).toMatchObject({ replaces: ["commonName"] });
        expect(await diff(root, { ...root.inputs, ttl: "1" })).toEqual({ diffs: ["ttl"], replaces: [] });

        const request = await create(pki("IntermediateCertRequest"), { backend: "pki_int", commonName: "int", ...key });
        expect(request.outputs.csr).toMatch(/BEGIN CERTIFICATE REQUEST/);
        const signed = await create(pki("RootSignIntermediate"), {
            backend: "pki",
            csr: request.outputs.csr,
            commonName: "int",
            issuerRef: root.outputs.issuerId,
            ttl: "86400",
            maxPathLength: 0,
        });
        expect(signed.id).toBe(`pki/issuer/${root.outputs.issuerId as string}/sign-intermediate/int`);
        expect(signed.outputs.caChains).toContain((root.outputs.certificate as string).trim());
        const imported = await create(pki("IntermediateSetSigned"), {
            backend: "pki_int",
            certificate: signed.outputs.certificate,
        });
        const [issuer] = imported.outputs.importedIssuers as string[];

        const issuers = await create(pki("ConfigIssuers"), { backend: "pki_int", default: issuer });
        expect(issuers.id).toBe("pki_int/config/issuers");
        const urls = await create(pki("ConfigUrls"), { backend: "pki_int", issuingCertificates: ["http://a/ca"] });
        const otherUrls = await update(urls, { ...urls.inputs, issuingCertificates: ["http://b/ca"] });
        await vault("POST", "pki_int/config/urls", { issuing_certificates: [] });
        expect(await drift(otherUrls)).toEqual(["issuingCertificates"]);

        const roleInputs = {
            backend: "pki_int",
            name: "web",
            ttl: "3600",
            maxTtl: "3600",
            allowedDomains: ["sip.local"],
            allowBareDomains: true,
            allowLocalhost: false,
            keyType: "ec",
            keyBits: 256,
        };
        const role = await create(pki("Role"), roleInputs);
        expect(role.id).toBe("pki_int/roles/web");
        const shorter = await update(role, { ...roleInputs, ttl: "60" });
        const kept = await vault("GET", "pki_int/roles/web");
        expect(kept?.data).toMatchObject({ ttl: 60, allowed_domains: ["sip.local"], key_type: "ec" });
        const issued = await vault("POST", "pki_int/issue/web", { common_name: "sip.local" });
        expect(issued?.data?.issuing_ca).toBe((signed.outputs.certificate as string).trim());
        await expect(vault("POST", "pki_int/issue/web", { common_name: "pbx.local" })).rejects.toThrow(/not allowed/);
        await vault("DELETE", "pki_int/roles/web");
        expect(await drift(shorter)).toBeUndefined();

        await vault("DELETE", `pki_int/issuer/${issuer}`);
        expect(await drift(imported)).toBeUndefined();
        await vault("DELETE", `pki_int/key/${request.outputs.keyId as string}`);
        expect(await drift(request)).toBeUndefined();
        await remove(root);
    });
});

describe("database", () => {
    let postgres: TestPostgres;

    beforeAll(async () => {
        postgres = await startPostgres();
    });
    afterAll(() => postgres?.stop());

    it("has a connection, static and dynamic roles", async () => {
        const { host, port, user, password, caFile } = postgres.login;
        const engine = await mount("db", "database");
        const connectionUrl = `postgresql://{{username}}:{{password}}@${host}:${port}/postgres?sslmode=verify-full&sslrootcert=${caFile}`;
        const inputs = {
            backend: "db",
            name: "pg",
            allowedRoles: ["app", "short"],
            postgresql: { connectionUrl, username: user, password, passwordAuthentication: "scram-sha-256" },
        };
        const connectionType = type("database/secretBackendConnection:SecretBackendConnection");
        const connection = await create(connectionType, inputs);
        expect(connection).toMatchObject({ id: "db/config/pg", outputs: { pluginName: "postgresql-database-plugin" } });
        expect(connectionType.secretOutputs).toContain("postgresql.password");
        // a password that only the server knows by now is not put back by a change of something else
        await vault("POST", "db/rotate-root/pg");
        const wider = await update(connection, { ...inputs, allowedRoles: ["app", "short", "more"] });
        await vault("POST", "db/rotate-root/pg");
        await vault("POST", "db/config/pg", { allowed_roles: "app,short", verify_connection: false });
        expect(await drift(wider)).toEqual(["allowedRoles"]);

        const short = {
            backend: "db",
            name: "short",
            dbName: "pg",
            creationStatements: [`CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}'`],
            defaultTtl: 60,
            maxTtl: 120,
        };
        const dynamic = await create(type("database/secretBackendRole:SecretBackendRole"), short);
        expect(dynamic).toMatchObject({ id: "db/roles/short", outputs: { credentialType: "password" } });
        const longer = await update(dynamic, { ...short, defaultTtl: 90 });
        const lease = await vault("GET", "db/creds/short");
        expect(lease?.lease_duration).toBe(90);
        const fixed = { backend: "db", name: "app", dbName: "pg", username: lease!.data!.username as string };
        const staticType = type("database/secretBackendStaticRole:SecretBackendStaticRole");
        const { failures } = await staticType.check({}, { ...fixed, rotationPeriod: 4 });
        expect(failures).toEqual([{ property: "rotationPeriod", reason: "rotationPeriod is 4, must be at least 5" }]);
        const app = await create(staticType, { ...fixed, rotationPeriod: 3600 });
        const sooner = await update(app, { ...fixed, rotationPeriod: 1800 });
        expect(await diff(sooner, { ...sooner.inputs, username: "x" })).toMatchObject({ replaces: ["username"] });
        await remove(sooner);
        await vault("POST", "sys/leases/revoke", { lease_id: lease!.lease_id, sync: true }); // while its connection is there
        for (const made of [longer, wider, engine]) await remove(made);
    });
});

describe("a server that is not there", () => {
    it("is unreachable for a refresh, and named", async () => {
        const absent = await pluginFor("vault")!();
        await absent.configure({ address: "https://127.0.0.1:1", token: "x", skipChildToken: "true" });
        const policy = absent.types["vault:index/policy:Policy"];
        await expect(policy.read!("x", {}, {})).rejects.toMatchObject({ name: "UnreachableError" });
        await expect(policy.read!("x", {}, {})).rejects.toThrow(/https:\/\/127.0.0.1:1.*ECONNREFUSED/);
    });
});
