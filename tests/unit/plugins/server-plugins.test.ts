import crypto from "node:crypto";
import { pluginFor, UNKNOWN, type Plugin, type Properties, type Value } from "../../../engine/plugins";
import { scramVerifier } from "../../../engine/plugins/postgresql/scram";
import { context } from "./context";

/** The types of both plugins, by token, with inputs that are complete. */
const examples: Record<string, Properties> = {
    "postgresql:index/database:Database": { name: "kamailio", owner: "kamailio" },
    "postgresql:index/extension:Extension": { name: "timescaledb", database: "cdr" },
    "postgresql:index/grant:Grant": { role: "public", database: "cdr", objectType: "database", privileges: [] },
    "postgresql:index/grantRole:GrantRole": { role: "vault_admin", grantRole: "kamailio", withAdminOption: true },
    "postgresql:index/role:Role": { name: "kamailio", login: true },
    "vault:index/authBackend:AuthBackend": { type: "approle", path: "approle" },
    "vault:index/mount:Mount": { path: "secret", type: "kv", options: { version: "2" } },
    "vault:index/policy:Policy": { name: "sip-vm-policy", policy: "" },
    "vault:appRole/authBackendRole:AuthBackendRole": { roleName: "sip-vm-role", tokenTtl: 60 },
    "vault:database/secretBackendConnection:SecretBackendConnection": {
        backend: "database",
        name: "postgres",
        postgresql: { connectionUrl: "postgresql://host/postgres" },
    },
    "vault:database/secretBackendRole:SecretBackendRole": {
        backend: "database",
        name: "asterisk",
        dbName: "postgres",
        creationStatements: ["CREATE ROLE ..."],
    },
    "vault:database/secretBackendStaticRole:SecretBackendStaticRole": {
        backend: "database",
        name: "kamailio",
        dbName: "postgres",
        username: "kamailio",
        rotationPeriod: 60,
    },
    "vault:kv/secretV2:SecretV2": { mount: "secret", name: "kamailio", dataJson: "{}" },
    "vault:pkiSecret/secretBackendConfigIssuers:SecretBackendConfigIssuers": { backend: "pki", default: "x" },
    "vault:pkiSecret/secretBackendConfigUrls:SecretBackendConfigUrls": { backend: "pki", issuingCertificates: ["u"] },
    "vault:pkiSecret/secretBackendIntermediateCertRequest:SecretBackendIntermediateCertRequest": {
        backend: "pki_int",
        type: "internal",
        commonName: "int",
    },
    "vault:pkiSecret/secretBackendIntermediateSetSigned:SecretBackendIntermediateSetSigned": {
        backend: "pki_int",
        certificate: "pem",
    },
    "vault:pkiSecret/secretBackendRole:SecretBackendRole": { backend: "pki_int", name: "kamailio-role", ttl: "60" },
    "vault:pkiSecret/secretBackendRootCert:SecretBackendRootCert": {
        backend: "pki",
        type: "internal",
        commonName: "root",
    },
    "vault:pkiSecret/secretBackendRootSignIntermediate:SecretBackendRootSignIntermediate": {
        backend: "pki",
        csr: "csr",
        commonName: "int",
    },
};

const plugins: Record<string, Plugin> = {};
const typeOf = (token: string) => plugins[token.split(":")[0]].types[token];

beforeAll(async () => {
    for (const name of ["postgresql", "vault"]) plugins[name] = await pluginFor(name)!();
});

it("every type has an example here", () => {
    const tokens = Object.values(plugins).flatMap((plugin) => Object.keys(plugin.types));
    expect(Object.keys(examples).sort()).toEqual(tokens.sort());
});

describe.each(Object.keys(examples))("%s", (token) => {
    const example = examples[token];

    it("accepts complete inputs, and names missing ones", async () => {
        const { inputs, failures } = await typeOf(token).check({}, example);
        expect(failures).toEqual([]);
        expect(inputs).toMatchObject(example);
        const { failures: missing } = await typeOf(token).check({}, {});
        expect(missing.length).toBeGreaterThan(0);
        for (const { reason } of missing) expect(reason).toMatch(/ is missing, must be /);
    });

    it("names what it does not know", async () => {
        const { failures } = await typeOf(token).check({}, { ...example, unheardOf: true });
        expect(failures).toHaveLength(1);
        expect(failures[0].reason).toMatch(/unheardOf is not supported without the official plugin/);
    });

    it("touches nothing in a preview, and takes values that are not known yet", async () => {
        const unknown: Properties = Object.fromEntries<Value>(Object.keys(example).map((name) => [name, UNKNOWN]));
        const { inputs, failures } = await typeOf(token).check({}, unknown);
        expect(failures).toEqual([]);
        const planned = await typeOf(token).create(inputs, context({ preview: true }));
        expect(planned).toMatchObject({ id: "", outputs: unknown });
    });

    it("sees no change where there is none", async () => {
        const { inputs } = await typeOf(token).check({}, example);
        const same = { changes: false, replaces: [], diffs: [] };
        expect(await typeOf(token).diff("id", inputs, inputs, { ...inputs })).toMatchObject(same);
    });
});

describe("a SCRAM verifier", () => {
    it("has PostgreSQL's format, another salt each time, and not the password", () => {
        const [one, other] = [scramVerifier("secret"), scramVerifier("secret")];
        expect(one).toMatch(/^SCRAM-SHA-256\$4096:[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$/);
        expect(other).not.toBe(one);
        expect(one).not.toContain("secret");
    });

    it("is not made from a verifier, or from what the server must normalise first", () => {
        for (const given of [scramVerifier("x"), "pässword", ""]) expect(scramVerifier(given)).toBe(given);
    });

    it("has the server's key of the example in RFC 7677, section 3", () => {
        jest.spyOn(crypto, "randomBytes").mockImplementationOnce(() =>
            Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64"),
        );
        const key = Buffer.from(scramVerifier("pencil").split(":").at(-1)!, "base64");
        const nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        const said = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=${nonce}`;
        const signature = crypto.createHmac("sha256", key).update(said).digest("base64");
        expect(signature).toBe("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    });
});
