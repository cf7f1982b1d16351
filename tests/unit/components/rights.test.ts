import type { PlatformOutputs } from "../../../contract";
import { externalCore, runProgram, type MadeResource } from "./program";

/* Who may do what in PostgreSQL and in OpenBao: every resource that says so, with all of its arguments. */

const hour = 3600;
const day = 24 * hour;
const year = 365 * day;

let inLab: MadeResource[];
let outside: MadeResource[];
let outputs: PlatformOutputs;
beforeAll(async () => {
    const ran = await runProgram();
    inLab = ran.made;
    outputs = ran.outputs as unknown as PlatformOutputs;
    outside = (await runProgram({ lab: "false", ...externalCore, caGeneration: "2" })).made;
});

/** A secret as Pulumi sends it, and what holds one. */
const plain = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(plain);
    if ("4dabf18193072939515e22adb298388d" in value) return plain((value as unknown as { value: unknown }).value);
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
};

/** Arguments of all resources of a type, by name. */
const all = (type: string, made = inLab) =>
    Object.fromEntries(
        made
            .filter((resource) => resource.type === type)
            .map(({ name, inputs }) => [name, plain(inputs) as Record<string, unknown>]),
    );

const accounts = {
    opensips: "opensips",
    kamailio: "kamailio",
    asterisk: "asterisk",
    freeswitch: "freeswitch",
    homer: "homer",
    cdr: "cdr_writer",
};
const loggingIn = ["opensips", "kamailio", "homer", "cdr_writer"];
const leased = ["asterisk", "freeswitch"];
const byName = <T>(names: string[], entry: (name: string) => [string, T]): Record<string, T> =>
    Object.fromEntries(names.map(entry));

const ownerOf = (database: string): string => `${database}_owner`;

describe("in PostgreSQL", () => {
    it("each database belongs to a role of its own", () => {
        expect(all("Database")).toEqual(
            byName(Object.keys(accounts), (name) => [
                `databases-${name}-database`,
                { name, owner: ownerOf(name), encoding: "UTF8", template: "template0" },
            ]),
        );
    });

    it("nobody logs in as an owner; accounts have no password, and those with leased members no login", () => {
        const role = (name: string, login: boolean): [string, unknown] => [`databases-${name}`, { name, login }];
        expect(all("Role")).toEqual({
            ...byName(Object.keys(accounts), (name) => [
                `databases-${name}-owner`,
                { name: ownerOf(name), login: false },
            ]),
            ...Object.fromEntries(loggingIn.map((name) => role(name, true))),
            ...Object.fromEntries(leased.map((name) => role(name, false))),
            "databases-vault-admin": {
                name: "vault_admin",
                login: true,
                createRole: true,
                inherit: false,
                password: "result-of-databases-vault-admin-password",
            },
        });
    });

    it("the administrator of the database engine may grant every account's rights, and no owner's", () => {
        expect(all("GrantRole")).toEqual(
            byName([...loggingIn, ...leased], (name) => [
                `databases-vault-admin-${name}`,
                { role: "vault_admin", grantRole: name, withAdminOption: true },
            ]),
        );
    });

    const closed = (name: string): [string, unknown] => [
        `databases-${name}-closed`,
        { database: name, role: "public", objectType: "database", privileges: [] },
    ];

    const opened = (name: string): [string, unknown] => [
        `databases-${name}-account`,
        {
            database: name,
            role: accounts[name as keyof typeof accounts],
            objectType: "database",
            privileges: ["CONNECT"],
        },
    ];

    it("a database is open to its account, which may connect and no more, and our own server to nobody else", () => {
        expect(all("Grant")).toEqual({
            ...byName([...Object.keys(accounts), "postgres", "template1"], closed),
            ...byName(Object.keys(accounts), opened),
            "databases-postgres-vault-admin": {
                database: "postgres",
                role: "vault_admin",
                objectType: "database",
                privileges: ["CONNECT"],
            },
        });
        expect(all("DatabaseClaim")).toEqual({});
    });

    it("an external server keeps its own databases as they are, and ours are claimed", () => {
        expect(all("Grant", outside)).toEqual({
            ...byName(Object.keys(accounts), closed),
            ...byName(Object.keys(accounts), opened),
        });
        expect(all("DatabaseClaim", outside)).toMatchObject({
            "databases-claim": {
                host: "db.example.net",
                port: 5432,
                user: "postgres",
                password: "a-password",
                caFile: expect.stringMatching(/\/LICENSE$/) as string,
                roles: [...loggingIn, ...leased, ...Object.keys(accounts).map(ownerOf), "vault_admin"],
                databases: Object.keys(accounts),
            },
        });
    });

    it("the databases with a schema of ours have it, as their owners, CDRs as a hypertable", () => {
        const login = { host: "192.168.64.1", port: 5432, user: "postgres", password: "result-of-core-postgres" };
        expect(all("Migrations")).toMatchObject({
            ...byName(["kamailio", "asterisk", "cdr"], (name) => [
                `databases-${name}-schema`,
                { ...login, database: name, owner: ownerOf(name), account: accounts[name as keyof typeof accounts] },
            ]),
        });
        expect(all("Extension")).toEqual({
            "databases-cdr-timescaledb": { name: "timescaledb", database: "cdr", dropCascade: true },
        });
        expect(all("CdrPolicies")).toMatchObject({ "databases-cdr-policies": login });
    });

    it("provisioning checks the server's certificate, and needs no superuser", () => {
        expect(all("postgresql")).toMatchObject({
            "databases-postgres": {
                host: "192.168.64.1",
                port: "5432",
                username: "postgres",
                database: "postgres",
                sslmode: "verify-full",
                sslrootcert: expect.stringMatching(/\/core\/trust\/ca\.pem$/) as string,
                superuser: "false",
            },
        });
    });
});

describe("in OpenBao", () => {
    const addresses = {
        "sip-vm": "192.168.64.10",
        "pbx-vm": "192.168.64.30",
        "media-vm": "192.168.64.20",
        core: "192.168.64.1",
    };
    const identities = Object.keys(addresses) as (keyof typeof addresses)[];
    const ofServices = ["core-valkey-policy", "core-valkey-exporter-policy"];

    it("an identity logs in once per secret-id, from its own address, for two days at most", () => {
        expect(all("AuthBackendRole")).toEqual(
            byName(identities, (identity) => [
                `vault-${identity}-role`,
                {
                    backend: "approle",
                    roleName: `${identity}-role`,
                    tokenPolicies: [`${identity}-policy`, ...(identity === "core" ? ofServices : [])],
                    tokenNoDefaultPolicy: true,
                    tokenTtl: day,
                    tokenMaxTtl: 2 * day,
                    tokenBoundCidrs: [addresses[identity as keyof typeof addresses]],
                    secretIdNumUses: 1,
                    secretIdTtl: 3 * day,
                    secretIdBoundCidrs: [`${addresses[identity as keyof typeof addresses]}/32`],
                },
            ]),
        );
        expect(Object.keys(all("Policy")).sort()).toEqual(
            [...identities.map((identity) => `${identity}-policy`), ...ofServices]
                .map((policy) => `vault-${policy}`)
                .sort(),
        );
    });

    it("every mount is marked with its stack, and limits its leases", () => {
        const description = "claimed";
        expect({ ...all("Mount"), ...all("AuthBackend") }).toEqual({
            "vault-pki": { path: "pki", type: "pki", description, maxLeaseTtlSeconds: 10 * year },
            "vault-pki-int": { path: "pki_int", type: "pki", description, maxLeaseTtlSeconds: 5 * year },
            "vault-secret": { path: "secret", type: "kv", description, options: { version: "2" } },
            "vault-database": {
                path: "database",
                type: "database",
                description,
                maxLeaseTtlSeconds: 30 * day,
                defaultLeaseTtlSeconds: 30 * day,
            },
            "vault-approle": { path: "approle", type: "approle", description },
        });
    });

    it("a tier's certificates are for its own names only", () => {
        const common = {
            backend: "pki_int",
            allowBareDomains: true,
            allowLocalhost: false,
            allowWildcardCertificates: false,
            keyType: "ec",
            keyBits: 256,
            serverFlag: true,
            clientFlag: true,
            ttl: String(90 * day),
            maxTtl: String(90 * day),
        };
        const role = (name: string, ...allowedDomains: string[]) => ({
            name: `${name}-role`,
            ...common,
            allowedDomains,
        });
        const roles = Object.values(all("SecretBackendRole")).filter(({ backend }) => backend === "pki_int");
        expect(roles).toEqual([
            role("opensips", "sip.local", "sip-1.sip.local"),
            role("kamailio", "sip.local", "sip-1.sip.local"),
            role("asterisk", "pbx.local", "pbx-1.sip.local"),
            role("freeswitch", "pbx.local", "pbx-1.sip.local"),
            role("core", "openbao", "postgres", "valkey", "valkey-exporter"),
        ]);
    });

    /** Of one generation of the CA, with what differs from the first. */
    const authority = (generation: number) => ({
        root: {
            backend: "pki",
            type: "internal",
            commonName: `voip-stack root ${generation}`,
            issuerName: `root-${generation}`,
            keyType: "ec",
            keyBits: 256,
            ttl: String(10 * year),
        },
        request: {
            backend: "pki_int",
            type: "internal",
            commonName: `voip-stack intermediate ${generation}`,
            keyType: "ec",
            keyBits: 256,
        },
        signed: {
            backend: "pki",
            commonName: `voip-stack intermediate ${generation}`,
            issuerRef: `issuer-of-vault-root-${generation}`,
            maxPathLength: 0,
            ttl: String(5 * year),
        },
    });

    it("the CA's keys stay in the server; the intermediate signs no other CA", () => {
        const { root, request, signed } = authority(1);
        expect(all("SecretBackendRootCert")).toEqual({ "vault-root-1": root });
        expect(all("SecretBackendIntermediateCertRequest")).toEqual({ "vault-intermediate-1-request": request });
        expect(all("SecretBackendRootSignIntermediate")).toEqual({ "vault-intermediate-1-signed": signed });
        expect(all("SecretBackendConfigIssuers")).toEqual({
            "vault-pki-issuers": { backend: "pki", default: "issuer-of-vault-root-1" },
            "vault-pki-int-issuers": { backend: "pki_int", default: "issuer-of-vault-intermediate-1" },
        });
        const urls = (backend: string) => ({
            backend,
            issuingCertificates: [`https://192.168.64.1:8200/v1/${backend}/ca`],
            crlDistributionPoints: [`https://192.168.64.1:8200/v1/${backend}/crl`],
        });
        expect(all("SecretBackendConfigUrls")).toEqual({
            "vault-pki-urls": urls("pki"),
            "vault-pki-int-urls": urls("pki_int"),
        });
    });

    it("the next generation of the CA signs, and the one before it is there and trusted", () => {
        const [old, next] = [authority(1), authority(2)];
        expect(all("SecretBackendRootCert", outside)).toEqual({ "vault-root-1": old.root, "vault-root-2": next.root });
        expect(all("SecretBackendConfigIssuers", outside)).toEqual({
            "vault-pki-issuers": { backend: "pki", default: "issuer-of-vault-root-2" },
            "vault-pki-int-issuers": { backend: "pki_int", default: "issuer-of-vault-intermediate-2" },
        });
        const { dataJson } = all("SecretV2", outside)["vault-secret-ca"];
        const certificates = "root CA\nroot CA\nintermediate CA\nintermediate CA\n";
        expect(JSON.parse(dataJson as string)).toEqual({ certificates });
    });

    it("passwords of the proxies rotate; users of the PBXs end with their lease", () => {
        expect(all("SecretBackendStaticRole")).toEqual(
            byName(loggingIn, (name) => [
                `vault-${name}-database`,
                { backend: "database", dbName: "postgres", name, username: name, rotationPeriod: 30 * day },
            ]),
        );
        const roles = Object.values(all("SecretBackendRole")).filter(({ backend }) => backend === "database");
        expect(roles).toEqual(
            leased.map((name) => ({
                backend: "database",
                dbName: "postgres",
                name,
                creationStatements: [
                    `CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE "${name}"`,
                    `ALTER ROLE "{{name}}" SET role = '${name}'`,
                ],
                revocationStatements: ['DROP ROLE IF EXISTS "{{name}}"'],
                defaultTtl: 30 * day,
                maxTtl: 30 * day,
            })),
        );
    });

    it("the database engine checks PostgreSQL's certificate, and sends no password in plain text", () => {
        const connection = all("SecretBackendConnection")["vault-postgres"];
        const url = "postgresql://{{username}}:{{password}}@192.168.64.1:5432/postgres?sslmode=verify-full";
        expect(connection).toEqual({
            backend: "database",
            name: "postgres",
            allowedRoles: [...loggingIn, ...leased],
            postgresql: {
                connectionUrl: `${url}&sslrootcert=/trust/ca.pem`,
                username: "vault_admin",
                password: "result-of-databases-vault-admin-password",
                passwordAuthentication: "scram-sha-256",
                maxOpenConnections: 4,
                tlsCa: "bootstrap CA\nroot CA\nintermediate CA\n",
            },
        });
        const elsewhere = all("SecretBackendConnection", outside)["vault-postgres"].postgresql;
        expect((elsewhere as { connectionUrl: string }).connectionUrl).toBe(
            url.replace("192.168.64.1", "db.example.net"),
        );
    });

    it("each program's secrets are in a place of their own, and go for good with it", () => {
        const random = (secret: string, ...fields: string[]) =>
            byName(fields, (field) => [field, `result-of-secrets-${secret}-${field.replaceAll("_", "-")}`]);
        const expected: Record<string, Record<string, string>> = {
            kamailio: random("kamailio", "route_key"),
            rtpengine: random("rtpengine", "control_secret"),
            postgres: { host: "192.168.64.1", port: "5432" },
            ca: { certificates: "root CA\nintermediate CA\n" },
            ...byName(Object.keys(outputs.extensions), (extension) => [
                `extensions/${extension}`,
                { password: `result-of-extensions-${extension}` },
            ]),
        };
        const secrets = Object.values(all("SecretV2"));
        const content = secrets.map(({ name, dataJson }) => [name, JSON.parse(dataJson as string) as unknown]);
        expect(Object.fromEntries(content)).toEqual(expected);
        for (const secret of secrets) expect(secret).toMatchObject({ mount: "secret", deleteAllVersions: true });
    });
});

test("random secrets are long enough for what they guard", () => {
    const generated = all("RandomPassword");
    const lengths: [RegExp, number][] = [
        [/^core-(openbao-seal|provisioning)$/, 64],
        [/^extensions-\d+$/, 24],
        [/^extensions-\d+-pin$/, 6],
        [/./, 32],
    ];
    for (const [name, { length, special }] of Object.entries(generated)) {
        expect([name, length, special]).toEqual([name, lengths.find(([pattern]) => pattern.test(name))?.[1], false]);
    }
    const { upper, lower } = generated["extensions-1001-pin"];
    expect({ upper, lower }).toEqual({ upper: false, lower: false });
});

test("what is inside of a server is removed with it, without a request", () => {
    const kept = (type: string, made: MadeResource[]) =>
        made.filter((resource) => resource.type === type).map(({ name, kept }) => [name, kept.includes("deletedWith")]);
    for (const type of ["Role", "Database", "Mount", "SecretV2", "Subscribers"]) {
        const inServer = kept(type, inLab);
        expect(inServer.filter(([, goes]) => !goes)).toEqual([]);
        expect(inServer.length).toBeGreaterThan(0);
    }
    // on somebody else's server they have to be removed one by one
    for (const type of ["Role", "Database", "Mount"])
        expect(kept(type, outside).filter(([, goes]) => goes)).toEqual([]);
});
