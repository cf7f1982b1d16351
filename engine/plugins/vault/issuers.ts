import { randomUUID } from "node:crypto";
import { DEFAULTS, type Field, type Fields } from "../inputs";
import { nulls, objectType } from "../object";
import type { Properties, ResourceType, Value } from "../plugin";
import { readUnless, type VaultApi, type VaultData } from "./api";
import { snakeCase } from "./path-object";

const fixed = { shape: "string", replaces: true } as const satisfies Field;
const given = { ...fixed, required: true } as const satisfies Field;
const backend = given;

/** The notation of certificates and keys; the state has certificates as PEM only. */
const format = { ...fixed, default: "pem", oneOf: ["pem"] } as const satisfies Field;

const keyFields: Fields = {
    backend,
    format,
    privateKeyFormat: { ...fixed, default: "der", oneOf: ["der"] },
    type: { ...given, oneOf: ["internal"] },
    commonName: given,
    organization: fixed,
    ou: fixed,
    keyType: { ...fixed, default: "rsa", oneOf: ["rsa", "ec", "ed25519"] },
    keyBits: { shape: "integer", replaces: true, default: 2048 },
    keyName: { ...fixed, computed: true },
    excludeCnFromSans: { shape: "boolean", replaces: true },
};

/** The request body: all given inputs, by the API's names, except those in the path. */
function body(inputs: Properties, inPath: string[]): VaultData {
    const sent = Object.entries(inputs).filter(
        ([name, value]) => value !== undefined && name !== DEFAULTS && !inPath.includes(name),
    );
    return Object.fromEntries(sent.map(([name, value]) => [snakeCase(name), value as Value]));
}

/** Properties of a certificate that are not supported here. */
const certificateOthers: Properties = {
    ...nulls("altNames", "country", "excludedDnsDomains", "excludedEmailAddresses", "excludedIpRanges"),
    ...nulls("excludedUriDomains", "ipSans", "keyUsages", "locality", "namespace", "notAfter", "notBeforeDuration"),
    ...nulls("otherSans", "permittedDnsDomains", "permittedEmailAddresses", "permittedIpRanges"),
    ...nulls("permittedUriDomains", "postalCode", "province", "signatureBits", "streetAddress", "uriSans", "usePss"),
};

const text = (data: VaultData, ...names: string[]): Properties =>
    Object.fromEntries(names.map((name) => [name, data[snakeCase(name)] ?? ""]));

/** vault:pkiSecret/secretBackendRootCert:SecretBackendRootCert. The server makes the key, which never leaves it. */
export function rootCertType(api: () => VaultApi): ResourceType {
    return objectType({
        fields: {
            ...keyFields,
            ttl: { shape: "string" }, // of an existing certificate: changes nothing
            issuerName: { ...fixed, computed: true },
            maxPathLength: { shape: "integer", replaces: true, default: -1 },
        },
        computed: ["certificate", "issuingCa", "serialNumber", "issuerId", "keyId"],
        others: { ...certificateOthers, ...nulls("keyRef", "managedKeyId", "managedKeyName") },
        schemaVersion: "1",
        named: false,
        async create(inputs) {
            const mount = inputs.backend as string;
            const path = `${mount}/issuers/generate/root/${inputs.type as string}`;
            const made = await api().write(path, body(inputs, ["backend", "type"]));
            const outputs = text(made, "certificate", "serialNumber", "issuerId", "keyId", "issuerName");
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

/** The issuer at a path; undefined if it, or its mount, is gone. */
const issuer = (api: VaultApi, path: string) => readUnless(api, path, /unable to find PKI issuer/);

/** vault:pkiSecret/secretBackendIntermediateCertRequest:SecretBackendIntermediateCertRequest: a key, and its CSR. */
export function certRequestType(api: () => VaultApi): ResourceType {
    return objectType({
        fields: {
            ...keyFields,
            addBasicConstraints: { shape: "boolean", replaces: true, default: false, fillsEmpty: true },
        },
        computed: ["csr", "keyId"],
        secretOutputs: ["privateKey"],
        others: {
            ...nulls("altNames", "country", "ipSans", "keyRef", "keyUsages", "locality", "managedKeyId"),
            ...nulls("managedKeyName", "namespace", "otherSans", "postalCode", "privateKey", "privateKeyType"),
            ...nulls("province", "serialNumber", "signatureBits", "streetAddress", "uriSans"),
        },
        named: false,
        async create(inputs) {
            const path = `${inputs.backend as string}/issuers/generate/intermediate/${inputs.type as string}`;
            const made = await api().write(path, body(inputs, ["backend", "type"]));
            return { id: `${path}/${randomUUID()}`, made: text(made, "csr", "keyId") };
        },
        async read(_id, known) {
            const key = `${known.backend as string}/key/${known.keyId as string}`;
            return (await readUnless(api(), key, /unable to find PKI key/)) && {};
        },
    });
}

const certificates = (pem: string): string[] =>
    pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];

/** vault:pkiSecret/secretBackendRootSignIntermediate:SecretBackendRootSignIntermediate. */
export function signIntermediateType(api: () => VaultApi): ResourceType {
    return objectType({
        fields: {
            backend,
            format,
            csr: given,
            commonName: given,
            organization: fixed,
            ou: fixed,
            issuerRef: fixed,
            maxPathLength: { shape: "integer", replaces: true, default: -1 },
            ttl: fixed,
            revoke: { shape: "boolean", default: false, fillsEmpty: true },
            useCsrValues: { shape: "boolean", replaces: true, default: false, fillsEmpty: true },
        },
        computed: ["certificate", "issuingCa", "serialNumber", "caChains", "certificateBundle"],
        schemaVersion: "2",
        others: { ...certificateOthers, ...nulls("excludeCnFromSans", "skid") },
        named: false,
        async create(inputs) {
            const [mount, ref] = [inputs.backend as string, inputs.issuerRef as string | undefined];
            const path = ref ? `${mount}/issuer/${ref}/sign-intermediate` : `${mount}/root/sign-intermediate`;
            const made = await api().write(path, body(inputs, ["backend", "revoke"]));
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
        others: { namespace: null },
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
