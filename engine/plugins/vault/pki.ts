import { randomUUID } from "node:crypto";
import type { Field, Fields } from "../inputs";
import { objectType } from "../object";
import type { Properties, ResourceType, Value } from "../plugin";
import { VaultError, type VaultApi, type VaultData } from "./api";
import { pathObject, snakeCase } from "./path-object";

const fixed = { shape: "string", replaces: true } as const satisfies Field;
const given = { ...fixed, required: true } as const satisfies Field;
const backend = given;

const keyFields: Fields = {
    backend,
    type: { ...given, oneOf: ["internal"] },
    commonName: given,
    organization: fixed,
    ou: fixed,
    keyType: { ...fixed, default: "rsa", oneOf: ["rsa", "ec", "ed25519"] },
    keyBits: { shape: "integer", replaces: true, default: 2048 },
    keyName: { ...fixed, computed: true },
    excludeCnFromSans: { shape: "boolean", replaces: true },
};

/** What is sent: all that is given, by the API's names, but for what is in the path. */
function body(inputs: Properties, inPath: string[]): VaultData {
    const sent = Object.entries(inputs).filter(([name, value]) => value !== undefined && !inPath.includes(name));
    return Object.fromEntries(sent.map(([name, value]) => [snakeCase(name), value as Value]));
}

const text = (data: VaultData, ...names: string[]): Properties =>
    Object.fromEntries(names.map((name) => [name, data[snakeCase(name)] ?? ""]));

/** vault:pkiSecret/secretBackendRootCert:SecretBackendRootCert. The key is made by the server and never leaves it. */
export function rootCertType(api: () => VaultApi): ResourceType {
    return objectType({
        fields: {
            ...keyFields,
            ttl: { shape: "string" }, // of a certificate that is made already: changes nothing
            issuerName: { ...fixed, computed: true },
            maxPathLength: { shape: "integer", replaces: true, default: -1 },
        },
        computed: ["certificate", "issuingCa", "serialNumber", "issuerId", "keyId"],
        schemaVersion: "1",
        named: false,
        async create(inputs) {
            const mount = inputs.backend as string;
            const path = `${mount}/issuers/generate/root/${inputs.type as string}`;
            const made = await api().write(path, body(inputs, ["backend", "type"]));
            const outputs = text(made, "certificate", "serialNumber", "issuerId", "keyId", "issuerName", "keyName");
            return {
                id: `${mount}/issuer/${made.issuer_id as string}`,
                made: { ...outputs, issuingCa: made.issuing_ca ?? "" },
            };
        },
        async read(id) {
            return (await issuer(api(), id)) && {};
        },
        delete: (id) => api().remove(id),
    });
}

/** The issuer at a path; undefined when it, or its mount, is gone. */
async function issuer(api: VaultApi, path: string): Promise<VaultData | undefined> {
    try {
        return await api.read(path);
    } catch (error) {
        const absent = /unable to find PKI issuer|no handler for route|unsupported path/;
        if (error instanceof VaultError && absent.test(error.message)) return undefined;
        throw error;
    }
}

/** vault:pkiSecret/secretBackendIntermediateCertRequest:SecretBackendIntermediateCertRequest: a key, and its CSR. */
export function certRequestType(api: () => VaultApi): ResourceType {
    return objectType({
        fields: { ...keyFields, addBasicConstraints: { shape: "boolean", replaces: true } },
        computed: ["csr", "keyId"],
        named: false,
        async create(inputs) {
            const path = `${inputs.backend as string}/issuers/generate/intermediate/${inputs.type as string}`;
            const made = await api().write(path, body(inputs, ["backend", "type"]));
            return { id: `${path}/${randomUUID()}`, made: text(made, "csr", "keyId") };
        },
        async read(_id, known) {
            const key = `${known.backend as string}/key/${known.keyId as string}`;
            return (await keyIsThere(api(), key)) ? {} : undefined;
        },
    });
}

async function keyIsThere(api: VaultApi, path: string): Promise<boolean> {
    try {
        return (await api.read(path)) !== undefined;
    } catch (error) {
        const absent = /unable to find PKI key|no handler for route|unsupported path/;
        if (error instanceof VaultError && absent.test(error.message)) return false;
        throw error;
    }
}

const certificates = (pem: string): string[] =>
    pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];

/** vault:pkiSecret/secretBackendRootSignIntermediate:SecretBackendRootSignIntermediate. */
export function signIntermediateType(api: () => VaultApi): ResourceType {
    return objectType({
        fields: {
            backend,
            csr: given,
            commonName: given,
            organization: fixed,
            ou: fixed,
            issuerRef: fixed,
            maxPathLength: { shape: "integer", replaces: true, default: -1 },
            ttl: fixed,
            useCsrValues: { shape: "boolean", replaces: true, default: false },
        },
        computed: ["certificate", "issuingCa", "serialNumber", "caChains", "certificateBundle"],
        schemaVersion: "1",
        named: false,
        async create(inputs) {
            const [mount, ref] = [inputs.backend as string, inputs.issuerRef as string | undefined];
            const path = ref ? `${mount}/issuer/${ref}/sign-intermediate` : `${mount}/root/sign-intermediate`;
            const made = await api().write(path, body(inputs, ["backend"]));
            const [own, issuing] = [made.certificate as string, made.issuing_ca as string];
            const chain = (made.ca_chain as string[] | undefined) ?? [];
            return {
                id: `${ref ? path : mount}/${inputs.commonName as string}`,
                made: {
                    ...text(made, "certificate", "issuingCa", "serialNumber"),
                    caChains: chain.length > 0 ? chain : [...certificates(issuing), ...certificates(own)],
                    certificateBundle: [...new Set([...certificates(own), ...certificates(issuing)])].join("\n"),
                },
            };
        },
    });
}

/** vault:pkiSecret/secretBackendIntermediateSetSigned:SecretBackendIntermediateSetSigned: the signed certificate of a CSR. */
export function setSignedType(api: () => VaultApi): ResourceType {
    return objectType({
        fields: { backend, certificate: given },
        computed: ["importedIssuers", "importedKeys"],
        named: false,
        async create(inputs) {
            const path = `${inputs.backend as string}/intermediate/set-signed`;
            const made = await api().write(path, { certificate: inputs.certificate });
            return {
                id: `${path}/${randomUUID()}`,
                made: { importedIssuers: made.imported_issuers ?? [], importedKeys: made.imported_keys ?? [] },
            };
        },
        async read(_id, known) {
            const [own] = (known.importedIssuers ?? []) as string[];
            if (!own) return {};
            return (await issuer(api(), `${known.backend as string}/issuer/${own}`)) && {};
        },
    });
}

const inPath = { shape: "string", required: true, replaces: true, inPath: true } as const;
const urls = { shape: { list: "string" } } as const;

/** vault:pkiSecret/secretBackendConfigUrls:SecretBackendConfigUrls. */
export const configUrlsType = (api: () => VaultApi): ResourceType =>
    pathObject(api, {
        fields: { backend: inPath, issuingCertificates: urls, crlDistributionPoints: urls, ocspServers: urls },
        path: (inputs) => `${inputs.backend as string}/config/urls`,
        permanent: true,
    });

/** vault:pkiSecret/secretBackendConfigIssuers:SecretBackendConfigIssuers: which issuer signs. */
export const configIssuersType = (api: () => VaultApi): ResourceType =>
    pathObject(api, {
        fields: {
            backend: inPath,
            default: { shape: "string" },
            defaultFollowsLatestIssuer: { shape: "boolean", computed: true },
        },
        path: (inputs) => `${inputs.backend as string}/config/issuers`,
        permanent: true,
    });

const flag = (initial: boolean) => ({ shape: "boolean", default: initial }) as const;
const list = { shape: { list: "string" } } as const;
const seconds = { shape: "string", computed: true } as const;

/** vault:pkiSecret/secretBackendRole:SecretBackendRole: what certificates may be issued under a name. */
export const pkiRoleType = (api: () => VaultApi): ResourceType =>
    pathObject(api, {
        fields: {
            backend: inPath,
            name: inPath,
            issuerRef: { shape: "string", computed: true },
            ttl: seconds,
            maxTtl: seconds,
            allowedDomains: list,
            allowAnyName: flag(false),
            allowBareDomains: flag(false),
            allowGlobDomains: flag(false),
            allowIpSans: flag(true),
            allowLocalhost: flag(true),
            allowSubdomains: flag(false),
            allowWildcardCertificates: flag(true),
            enforceHostnames: flag(true),
            serverFlag: flag(true),
            clientFlag: flag(true),
            codeSigningFlag: flag(false),
            emailProtectionFlag: flag(false),
            generateLease: flag(false),
            noStore: flag(false),
            requireCn: flag(true),
            useCsrCommonName: flag(true),
            useCsrSans: flag(true),
            keyType: { shape: "string", default: "rsa", oneOf: ["rsa", "ec", "ed25519", "any"] },
            keyBits: { shape: "integer", default: 2048 },
            keyUsages: { shape: { list: "string" }, computed: true, api: "key_usage" },
            extKeyUsages: { shape: { list: "string" }, api: "ext_key_usage" },
            organizations: { shape: { list: "string" }, api: "organization" },
        },
        path: (inputs) => `${inputs.backend as string}/roles/${inputs.name as string}`,
    });
