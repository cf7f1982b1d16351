import { snakeCase } from "../../../engine/plugins/vault/path-object";
import type { EmbeddedProvider } from "../../../engine/provider/embedded";
import { unwrapSecrets, without, type PropertyMap } from "../../../engine/properties";
import { typeOfUrn } from "../../../engine/urn";
import { embeddedPlugin, leaves, packageOf, recorded, type Call } from "../../plugins/records";
import { FakeVault } from "./vault-server";

/*
 * What the embedded plugin asks OpenBao's API to make the objects that the official plugin was recorded to have made, and that
 * it says of them what that said, where the server answers as it did then.
 */

const calls = recorded().find((records) => packageOf(records) === "vault")!.calls;
const created = calls.filter(({ method, preview }) => method === "create" && !preview);
/** The first of each type. */
const examples = created.filter(
    ({ urn }, at) => created.findIndex((one) => typeOfUrn(one.urn) === typeOfUrn(urn)) === at,
);
const shortType = (call: Call): string => typeOfUrn(call.urn).split(":").pop()!;

type Json = Record<string, unknown>;

/** Of an object, what is looked into below. */
type Said = Record<string, string> & { tune: Json; metadata: Json; postgresql: Json; importedIssuers: string[] };

let vault: FakeVault;
let plugin: EmbeddedProvider;
beforeAll(async () => {
    vault = await FakeVault.start();
    plugin = await embeddedPlugin("vault");
    await plugin.configure({ address: vault.address, token: "t", skipChildToken: "true" });
});
afterAll(() => vault.stop());
beforeEach(() => {
    vault.answers = {};
    vault.asked.splice(0);
});

/** Properties by the API's names; those of `others` are no part of it. */
const api = (map: Json, renamed: Record<string, string> = {}): Json =>
    Object.fromEntries(
        Object.entries(map)
            .filter(([, value]) => value !== null)
            .map(([name, value]) => [renamed[name] ?? snakeCase(name), value]),
    );

/** The server as it was when the official plugin had made the object. */
function answersOf(call: Call): FakeVault["answers"] {
    const said = unwrapSecrets(without(call.outputs, "__pulumi_raw_state_delta")) as Said;
    const { id } = call;
    switch (shortType(call)) {
        case "Mount": {
            const config = { default_lease_ttl: said.defaultLeaseTtlSeconds, max_lease_ttl: said.maxLeaseTtlSeconds };
            const seen = { ...api(said), config, options: said.options };
            return { "sys/mounts": { [`${said.path}/`]: seen } };
        }
        case "AuthBackend":
            return {
                "sys/auth": { [`${said.path}/`]: api(said) },
                [`sys/auth/${said.path}/tune`]: {
                    ...api(said.tune),
                    default_lease_ttl: 768 * 3600,
                    max_lease_ttl: 768 * 3600,
                },
            };
        case "SecretV2":
            return {
                [id]: {
                    data: JSON.parse(said.dataJson),
                    metadata: { ...said.metadata, version: 1, destroyed: false, custom_metadata: null },
                },
            };
        case "Policy":
            return { [`sys/policies/acl/${id}`]: { name: said.name, policy: said.policy } };
        case "AuthBackendRole":
            return { [id]: api(said), [`${id}/role-id`]: { role_id: said.roleId } };
        case "SecretBackendConnection": {
            // the server never shows the password
            const details = api(without(said.postgresql as PropertyMap, "password"));
            const shown = { ...details, max_connection_lifetime: "0s" };
            return {
                [id]: {
                    plugin_name: said.pluginName,
                    allowed_roles: said.allowedRoles,
                    root_credentials_rotate_statements: [],
                    connection_details: shown,
                },
            };
        }
        case "SecretBackendRootCert":
            return { [`POST pki/issuers/generate/root/internal`]: api(said), [id]: { issuer_id: said.issuerId } };
        case "SecretBackendIntermediateCertRequest":
            return {
                "POST pki_int/issuers/generate/intermediate/internal": api(said),
                [`pki_int/key/${said.keyId}`]: { key_id: said.keyId },
            };
        case "SecretBackendRootSignIntermediate":
            return {
                [`POST pki/issuer/${said.issuerRef}/sign-intermediate`]: { ...api(said), ca_chain: said.caChains },
            };
        case "SecretBackendIntermediateSetSigned":
            return {
                "POST pki_int/intermediate/set-signed": api(said),
                [`pki_int/issuer/${said.importedIssuers[0]}`]: { issuer_id: said.importedIssuers[0] },
            };
        default:
            return {
                [id]: api(said, {
                    keyUsages: "key_usage",
                    extKeyUsages: "ext_key_usage",
                    organizations: "organization",
                }),
            };
    }
}

/** Ids that the plugin makes up itself. */
const madeUp = /\/(internal|set-signed)\/[0-9a-f-]{36}$/;

test.each(created.map((call) => [`${shortType(call)} ${call.urn.split("::").pop()}`, call] as const))(
    "%s is told as the official plugin told of it",
    async (_name, call) => {
        vault.answers = answersOf(call);
        const { id, outputs } = await plugin.create(call.urn, call.inputs, { preview: false });
        const [ours, theirs] = [outputs, call.outputs].map((map) =>
            leaves(unwrapSecrets(without(map, "__pulumi_raw_state_delta", "id"))),
        );
        expect(ours).toEqual(theirs);
        expect(id.replace(madeUp, "")).toBe(call.id.replace(madeUp, ""));
    },
);

describe("the requests to the server", () => {
    const example = (type: string): Call => examples.find((call) => shortType(call) === type)!;
    const text = expect.any(String) as string;

    it.each<[string, string, unknown]>([
        [
            "Mount",
            "POST sys/mounts/database",
            {
                type: "database",
                description: text,
                config: { default_lease_ttl: "2592000s", max_lease_ttl: "2592000s" },
                options: {},
                local: false,
                seal_wrap: false,
            },
        ],
        ["AuthBackend", "POST sys/auth/approle", { type: "approle", description: text, local: false }],
        ["SecretV2", "POST secret/data/redis-1", { data: { password: text }, options: {} }],
        ["Policy", "POST sys/policies/acl/media-vm-policy", { policy: text }],
        [
            "AuthBackendRole",
            "POST auth/approle/role/core-role",
            {
                bind_secret_id: true,
                local_secret_ids: false,
                secret_id_bound_cidrs: ["192.168.64.1/32"],
                secret_id_num_uses: 1,
                secret_id_ttl: 259_200,
                token_bound_cidrs: ["192.168.64.1"],
                token_max_ttl: 172_800,
                token_no_default_policy: true,
                token_policies: ["core-policy"],
                token_ttl: 86_400,
                token_type: "default",
            },
        ],
        [
            "SecretBackendConnection",
            "POST database/config/postgres",
            {
                plugin_name: "postgresql-database-plugin",
                verify_connection: true,
                allowed_roles: "opensips,kamailio,homer,cdr_writer,asterisk,freeswitch",
                root_rotation_statements: [],
                connection_url: text,
                max_open_connections: 4,
                username: "vault_admin",
                password: text,
                password_authentication: "scram-sha-256",
                tls_ca: text,
            },
        ],
        [
            "SecretBackendStaticRole",
            "POST database/static-roles/homer",
            { db_name: "postgres", username: "homer", rotation_period: 2_592_000 },
        ],
        [
            "SecretBackendRole",
            "POST database/roles/freeswitch",
            {
                db_name: "postgres",
                creation_statements: [text, text],
                revocation_statements: [text],
                default_ttl: 2_592_000,
                max_ttl: 2_592_000,
            },
        ],
        [
            "SecretBackendConfigUrls",
            "POST pki/config/urls",
            { issuing_certificates: [text], crl_distribution_points: [text] },
        ],
        ["SecretBackendConfigIssuers", "POST pki/config/issuers", { default: text }],
        [
            "SecretBackendRootCert",
            "POST pki/issuers/generate/root/internal",
            {
                common_name: "voip-stack root 1",
                format: "pem",
                issuer_name: "root-1",
                key_bits: 256,
                key_type: "ec",
                max_path_length: -1,
                private_key_format: "der",
                ttl: "315360000",
            },
        ],
        [
            "SecretBackendIntermediateCertRequest",
            "POST pki_int/issuers/generate/intermediate/internal",
            {
                add_basic_constraints: false,
                common_name: "voip-stack intermediate 1",
                format: "pem",
                key_bits: 256,
                key_type: "ec",
                private_key_format: "der",
            },
        ],
        ["SecretBackendIntermediateSetSigned", "POST pki_int/intermediate/set-signed", { certificate: text }],
    ])("to make a %s", async (type, line, body) => {
        const call = example(type);
        vault.answers = answersOf(call);
        await plugin.create(call.urn, call.inputs, { preview: false });
        expect(vault.changes()).toEqual([{ line, body }]);
    });

    it("to make a role of the PKI: all defaults are sent", async () => {
        const call = created.find(({ urn }) => typeOfUrn(urn).startsWith("vault:pkiSecret/secretBackendRole:"))!;
        vault.answers = answersOf(call);
        await plugin.create(call.urn, call.inputs, { preview: false });
        expect(vault.changes()).toEqual([
            {
                line: "POST pki_int/roles/opensips-role",
                body: {
                    allow_any_name: false,
                    allow_bare_domains: true,
                    allow_glob_domains: false,
                    allow_ip_sans: true,
                    allow_localhost: false,
                    allow_subdomains: false,
                    allow_wildcard_certificates: false,
                    allowed_domains: ["sip.local", "sip-1.sip.local"],
                    allowed_domains_template: false,
                    basic_constraints_valid_for_non_ca: false,
                    client_flag: true,
                    code_signing_flag: false,
                    email_protection_flag: false,
                    enforce_hostnames: true,
                    generate_lease: false,
                    key_bits: 256,
                    key_type: "ec",
                    max_ttl: "7776000",
                    no_store: false,
                    require_cn: true,
                    server_flag: true,
                    ttl: "7776000",
                    use_csr_common_name: true,
                    use_csr_sans: true,
                },
            },
        ]);
    });

    it("to sign an intermediate, by the issuer that is named, or the default one", async () => {
        const call = example("SecretBackendRootSignIntermediate");
        vault.answers = answersOf(call);
        const body = {
            common_name: "voip-stack intermediate 1",
            csr: text,
            format: "pem",
            issuer_ref: text,
            max_path_length: 0,
            ttl: "157680000",
            use_csr_values: false,
        };
        await plugin.create(call.urn, call.inputs, { preview: false });
        expect(vault.changes()).toEqual([
            { line: `POST pki/issuer/${call.inputs.issuerRef as string}/sign-intermediate`, body },
        ]);
        const pem = (name: string) => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----`;
        vault.answers = {
            "POST pki/root/sign-intermediate": { certificate: pem("own"), issuing_ca: pem("root"), serial_number: "1" },
        };
        const { id, outputs } = await plugin.create(call.urn, without(call.inputs, "issuerRef"), { preview: false });
        expect(id).toBe("pki/voip-stack intermediate 1");
        expect(outputs).toMatchObject({
            caChains: [pem("root"), pem("own")],
            certificateBundle: `${pem("own")}\n${pem("root")}`,
        });
    });

    it.each<[string, string | undefined]>([
        ["Mount", "DELETE sys/mounts/database"],
        ["AuthBackend", "DELETE sys/auth/approle"],
        ["SecretV2", "DELETE secret/metadata/redis-1"],
        ["Policy", "DELETE sys/policies/acl/media-vm-policy"],
        ["AuthBackendRole", "DELETE auth/approle/role/core-role"],
        ["SecretBackendConnection", "DELETE database/config/postgres"],
        ["SecretBackendStaticRole", "DELETE database/static-roles/homer"],
        ["SecretBackendRole", "DELETE database/roles/freeswitch"],
        ["SecretBackendRootCert", "DELETE pki/issuer/e58a5c10-b280-1311-78f5-f099966fc398"],
        // these go with their mount
        ["SecretBackendConfigUrls", undefined],
        ["SecretBackendConfigIssuers", undefined],
        ["SecretBackendIntermediateCertRequest", undefined],
        ["SecretBackendRootSignIntermediate", undefined],
        ["SecretBackendIntermediateSetSigned", undefined],
    ])("to remove a %s", async (type, line) => {
        const call = example(type);
        await plugin.delete(call.urn, { id: call.id, inputs: call.inputs, outputs: call.outputs });
        expect(vault.changes().map((each) => each.line)).toEqual(line ? [line] : []);
    });

    const changed = async (type: string, news: PropertyMap): Promise<{ line: string; body?: Json }[]> => {
        const call = example(type);
        const answers = answersOf(call);
        vault.answers = answers;
        const old = { id: call.id, inputs: call.inputs, outputs: call.outputs };
        await plugin.update(call.urn, old, { ...call.inputs, ...news }, [], { preview: false });
        return vault.changes();
    };

    it.each<[string, PropertyMap, string, unknown]>([
        [
            "Mount",
            { maxLeaseTtlSeconds: 60 },
            "POST sys/mounts/database/tune",
            { default_lease_ttl: "2592000s", max_lease_ttl: "60s", options: {} },
        ],
        [
            "Mount",
            { description: "another" },
            "POST sys/mounts/database/tune",
            { default_lease_ttl: "2592000s", max_lease_ttl: "2592000s", options: {}, description: "another" },
        ],
        ["AuthBackend", { description: "another" }, "POST sys/auth/approle/tune", { description: "another" }],
        ["SecretV2", { dataJson: '{"a":1}' }, "POST secret/data/redis-1", { data: { a: 1 }, options: {} }],
        ["Policy", { policy: "" }, "POST sys/policies/acl/media-vm-policy", { policy: "" }],
        [
            "SecretBackendStaticRole",
            { rotationPeriod: 60 },
            "POST database/static-roles/homer",
            { db_name: "postgres", username: "homer", rotation_period: 60 },
        ],
    ])("to change a %s: %j", async (type, news, line, body) => {
        expect(await changed(type, news)).toEqual([{ line, body }]);
    });

    it("to change an AppRole: what is left out goes back, and what is fixed is not sent", async () => {
        const news: PropertyMap = { tokenBoundCidrs: undefined as never, tokenMaxTtl: 60 };
        const [{ line, body }] = await changed("AuthBackendRole", news);
        expect(line).toBe("POST auth/approle/role/core-role");
        expect(body).toMatchObject({ token_bound_cidrs: [], token_max_ttl: 60 });
        expect(body).not.toHaveProperty("local_secret_ids");
    });

    it("to change a connection: its password is sent only when it is another, as the server may have rotated it", async () => {
        const { postgresql } = unwrapSecrets(example("SecretBackendConnection").inputs) as { postgresql: PropertyMap };
        const of = async (more: PropertyMap) =>
            (await changed("SecretBackendConnection", { postgresql: { ...postgresql, ...more } }))[0].body!;
        expect(await of({ maxOpenConnections: 9 })).toMatchObject({ max_open_connections: 9 });
        expect(await of({ maxOpenConnections: 9 })).not.toHaveProperty("password");
        expect(await of({ password: "another" })).toMatchObject({ password: "another" });
        expect(await of({ maxConnectionLifetime: 90 })).toMatchObject({ max_connection_lifetime: "90s" });
    });

    it("and an object that has another name is no change of this one", async () => {
        await expect(changed("Mount", { path: "other" })).rejects.toThrow(/path database can't be changed to other/);
        await expect(changed("AuthBackend", { path: "other" })).rejects.toThrow(/path approle can't be changed/);
        expect(vault.changes()).toEqual([]);
    });
});

describe("what is gone", () => {
    const read = (call: Call) => {
        const { id, inputs, outputs } = call;
        return plugin.read(call.urn, { id, inputs, outputs });
    };
    const isLooked = (call: Call) => shortType(call) !== "SecretBackendRootSignIntermediate";

    it.each(examples.filter(isLooked).map((call) => [shortType(call), call] as const))("%s", async (_type, call) => {
        expect(await read(call)).toBeUndefined();
        vault.answers = answersOf(call);
        expect(await read(call)).toMatchObject({ id: call.id });
    });

    it.each(examples.filter(isLooked).map((call) => [shortType(call), call] as const))(
        "is not known while the server is sealed: %s",
        async (_type, call) => {
            const paths = Object.keys(answersOf(call)).filter((path) => !path.startsWith("POST "));
            vault.answers = Object.fromEntries(paths.map((path) => [path, 503]));
            await expect(read(call)).rejects.toThrow("status 503");
        },
    );
});
