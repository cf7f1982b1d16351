import type { Properties, Value } from "../../../engine/plugins";
import { checked, inputsOf, type Inputs } from "./inputs-of";

/** Flags of a role of the PKI that are on where nothing is said, and those that are off. */
const on = [
    ...["allowIpSans", "allowLocalhost", "allowWildcardCertificates", "enforceHostnames", "serverFlag", "clientFlag"],
    ...["requireCn", "useCsrCommonName", "useCsrSans"],
];
const off = [
    ...["allowAnyName", "allowBareDomains", "allowedDomainsTemplate", "basicConstraintsValidForNonCa"],
    ...["allowGlobDomains", "allowSubdomains", "codeSigningFlag", "emailProtectionFlag", "generateLease", "noStore"],
];
const every = <T>(names: string[], value: T): Record<string, T> =>
    Object.fromEntries(names.map((name) => [name, value]));

const text: [Value, Value] = ["a", "b"];
const list: [Value, Value] = [["a"], ["b"]];
const number: [Value, Value] = [5, 6];
const flag: [Value, Value] = [true, false];

/** Of a key that the server makes and keeps. */
const key = {
    values: {
        backend: text,
        format: ["pem", "pem"],
        privateKeyFormat: ["der", "der"],
        type: ["internal", "internal"],
        commonName: text,
        organization: text,
        ou: text,
        keyType: ["ec", "ed25519"],
        keyBits: number,
        keyName: text,
        excludeCnFromSans: flag,
    } satisfies Inputs["values"] as Inputs["values"],
    defaults: { format: "pem", privateKeyFormat: "der", keyType: "rsa", keyBits: 2048 },
    replaces: [
        ...["backend", "format", "privateKeyFormat", "type", "commonName", "organization", "ou", "keyType"],
        ...["keyBits", "keyName", "excludeCnFromSans"],
    ],
};

/** A way to PostgreSQL, with all that can be said of it. */
const connection = (maxConnectionLifetime: number): Value => ({
    connectionUrl: "u",
    username: "n",
    password: "p",
    passwordAuthentication: "scram-sha-256",
    maxOpenConnections: 4,
    maxIdleConnections: 4,
    maxConnectionLifetime,
    usernameTemplate: "t",
    tlsCa: "c",
});

const types: Record<string, Inputs> = {
    "vault:index/policy:Policy": {
        values: { name: text, policy: text },
        required: ["name", "policy"],
        defaults: {},
        replaces: ["name"],
        kept: [],
    },
    "vault:appRole/authBackendRole:AuthBackendRole": {
        values: {
            backend: text,
            roleName: text,
            bindSecretId: flag,
            localSecretIds: flag,
            secretIdBoundCidrs: list,
            secretIdNumUses: number,
            secretIdTtl: number,
            tokenBoundCidrs: list,
            tokenExplicitMaxTtl: number,
            tokenMaxTtl: number,
            tokenNoDefaultPolicy: flag,
            tokenNumUses: number,
            tokenPeriod: number,
            tokenPolicies: list,
            tokenTtl: number,
            tokenType: text,
        },
        required: ["roleName"],
        defaults: { backend: "approle", bindSecretId: true, localSecretIds: false, tokenType: "default" },
        replaces: ["backend", "roleName", "localSecretIds"],
        kept: [],
    },
    "vault:index/mount:Mount": {
        values: {
            path: text,
            type: text,
            description: text,
            options: [{ version: "1" }, { version: "2" }],
            defaultLeaseTtlSeconds: number,
            maxLeaseTtlSeconds: number,
            local: flag,
            sealWrap: flag,
            externalEntropyAccess: flag,
        },
        required: ["path", "type"],
        defaults: { externalEntropyAccess: false },
        replaces: ["type", "local", "sealWrap", "externalEntropyAccess"],
        kept: ["defaultLeaseTtlSeconds", "maxLeaseTtlSeconds", "sealWrap"],
    },
    "vault:index/authBackend:AuthBackend": {
        values: { type: text, path: text, description: text, local: flag, disableRemount: flag },
        required: ["type"],
        defaults: { disableRemount: false },
        replaces: ["type", "local"],
        kept: ["path"],
    },
    "vault:kv/secretV2:SecretV2": {
        values: {
            mount: text,
            name: text,
            dataJson: ['{"a":1}', '{"a":2}'],
            deleteAllVersions: flag,
            disableRead: flag,
        },
        required: ["mount", "name", "dataJson"],
        defaults: { deleteAllVersions: false, disableRead: false },
        replaces: ["mount", "name"],
        kept: [],
    },
    "vault:database/secretBackendConnection:SecretBackendConnection": {
        values: {
            backend: text,
            name: text,
            allowedRoles: list,
            verifyConnection: flag,
            rootRotationStatements: list,
            postgresql: [connection(1), connection(2)],
        },
        required: ["backend", "name", "postgresql"],
        defaults: { verifyConnection: true },
        replaces: ["backend", "name"],
        kept: [],
    },
    "vault:database/secretBackendRole:SecretBackendRole": {
        values: {
            backend: text,
            name: text,
            dbName: text,
            creationStatements: list,
            revocationStatements: list,
            rollbackStatements: list,
            renewStatements: list,
            defaultTtl: number,
            maxTtl: number,
        },
        required: ["backend", "name", "dbName", "creationStatements"],
        defaults: {},
        replaces: ["backend", "name", "dbName"],
        kept: [],
    },
    "vault:database/secretBackendStaticRole:SecretBackendStaticRole": {
        values: {
            backend: text,
            name: text,
            dbName: text,
            username: text,
            rotationPeriod: number,
            rotationStatements: list,
        },
        required: ["backend", "name", "dbName", "username"],
        defaults: {},
        replaces: ["backend", "name", "dbName", "username"],
        kept: [],
    },
    "vault:pkiSecret/secretBackendConfigUrls:SecretBackendConfigUrls": {
        values: { backend: text, issuingCertificates: list, crlDistributionPoints: list, ocspServers: list },
        required: ["backend"],
        defaults: {},
        replaces: ["backend"],
        kept: [],
    },
    "vault:pkiSecret/secretBackendConfigIssuers:SecretBackendConfigIssuers": {
        values: { backend: text, default: text, defaultFollowsLatestIssuer: flag },
        required: ["backend"],
        defaults: {},
        replaces: ["backend"],
        kept: ["defaultFollowsLatestIssuer"],
    },
    "vault:pkiSecret/secretBackendRole:SecretBackendRole": {
        values: {
            backend: text,
            name: text,
            issuerRef: text,
            ttl: text,
            maxTtl: text,
            allowedDomains: list,
            ...every([...on, ...off], flag),
            keyType: ["ec", "any"],
            keyBits: number,
            keyUsages: list,
            extKeyUsages: list,
            organizations: list,
        },
        required: ["backend", "name"],
        defaults: { ...every(on, true), ...every(off, false), keyType: "rsa", keyBits: 2048 },
        replaces: ["backend", "name"],
        kept: ["issuerRef", "ttl", "maxTtl", "keyUsages"],
    },
    "vault:pkiSecret/secretBackendRootCert:SecretBackendRootCert": {
        ...key,
        values: { ...key.values, ttl: text, issuerName: text, maxPathLength: number },
        required: ["backend", "type", "commonName"],
        defaults: { ...key.defaults, maxPathLength: -1 },
        replaces: [...key.replaces, "issuerName", "maxPathLength"],
        kept: ["keyName", "issuerName"],
    },
    "vault:pkiSecret/secretBackendIntermediateCertRequest:SecretBackendIntermediateCertRequest": {
        ...key,
        values: { ...key.values, addBasicConstraints: flag },
        required: ["backend", "type", "commonName"],
        defaults: { ...key.defaults, addBasicConstraints: false },
        replaces: [...key.replaces, "addBasicConstraints"],
        kept: ["keyName"],
    },
    "vault:pkiSecret/secretBackendRootSignIntermediate:SecretBackendRootSignIntermediate": {
        values: {
            backend: text,
            format: ["pem", "pem"],
            csr: text,
            commonName: text,
            organization: text,
            ou: text,
            issuerRef: text,
            maxPathLength: number,
            ttl: text,
            revoke: flag,
            useCsrValues: flag,
        },
        required: ["backend", "csr", "commonName"],
        defaults: { format: "pem", maxPathLength: -1, revoke: false, useCsrValues: false },
        replaces: [
            ...["backend", "format", "csr", "commonName", "organization", "ou", "issuerRef", "maxPathLength"],
            ...["ttl", "useCsrValues"],
        ],
        kept: [],
    },
    "vault:pkiSecret/secretBackendIntermediateSetSigned:SecretBackendIntermediateSetSigned": {
        values: { backend: text, certificate: text },
        required: ["backend", "certificate"],
        defaults: {},
        replaces: ["backend", "certificate"],
        kept: [],
    },
};

test.each(Object.entries(types))("what makes a %s anew, and what is filled in", async (token, expected) => {
    expect(await inputsOf(token, expected)).toEqual(expected);
});

describe("of the keys and certificates of the PKI", () => {
    const root = "vault:pkiSecret/secretBackendRootCert:SecretBackendRootCert";
    const role = "vault:pkiSecret/secretBackendRole:SecretBackendRole";
    const names = { backend: "pki", type: "internal", commonName: "c" };

    it.each<[Properties, string]>([
        [{ type: "exported" }, 'type is "exported", must be one of internal'],
        [{ format: "der" }, 'format is "der", must be one of pem'],
        [{ privateKeyFormat: "pkcs8" }, 'privateKeyFormat is "pkcs8", must be one of der'],
        [{ keyType: "dsa" }, 'keyType is "dsa", must be one of rsa, ec, ed25519'],
    ])("%j is refused", async (more, reason) => {
        expect((await checked(root, { ...names, ...more })).reasons).toEqual([reason]);
    });

    it("each kind of key is accepted", async () => {
        for (const keyType of ["rsa", "ec", "ed25519"])
            expect((await checked(root, { ...names, keyType })).reasons).toEqual([]);
        for (const keyType of ["rsa", "ec", "ed25519", "any"])
            expect((await checked(role, { backend: "a", name: "b", keyType })).reasons).toEqual([]);
        const { reasons } = await checked(role, { backend: "a", name: "b", keyType: "dsa" });
        expect(reasons).toEqual(['keyType is "dsa", must be one of rsa, ec, ed25519, any']);
    });
});

test("a password that a server changes is changed every 5 s at the most", async () => {
    const token = "vault:database/secretBackendStaticRole:SecretBackendStaticRole";
    const given = { backend: "a", name: "b", dbName: "c", username: "d" };
    expect((await checked(token, { ...given, rotationPeriod: 5 })).reasons).toEqual([]);
    const { reasons } = await checked(token, { ...given, rotationPeriod: 4 });
    expect(reasons).toEqual(["rotationPeriod is 4, must be at least 5"]);
});

test("a connection to PostgreSQL needs a URL; two connections and a password in the clear are what it gets else", async () => {
    const token = "vault:database/secretBackendConnection:SecretBackendConnection";
    const { inputs } = await checked(token, { backend: "a", name: "b", postgresql: { connectionUrl: "u" } });
    expect(inputs.postgresql).toEqual({
        __defaults: ["maxOpenConnections", "passwordAuthentication"],
        connectionUrl: "u",
        maxOpenConnections: 2,
        passwordAuthentication: "password",
    });
    const { reasons } = await checked(token, { backend: "a", name: "b", postgresql: {} });
    expect(reasons).toEqual(["postgresql.connectionUrl is missing, must be a string"]);
});
