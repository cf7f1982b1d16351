import type { ResourceType } from "../plugin";
import type { VaultApi } from "./api";
import { nulls } from "../object";
import { pathObject } from "./path-object";

const inPath = { shape: "string", required: true, replaces: true, inPath: true } as const;
const urls = { shape: { list: "string" } } as const;

/** vault:pkiSecret/secretBackendConfigUrls:SecretBackendConfigUrls. */
export const configUrlsType = (api: () => VaultApi): ResourceType =>
    pathObject(api, {
        fields: { backend: inPath, issuingCertificates: urls, crlDistributionPoints: urls, ocspServers: urls },
        others: { enableTemplating: false, namespace: null },
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
        others: { namespace: null },
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
        others: {
            ...nulls("allowedOtherSans", "allowedSerialNumbers", "allowedUriSans", "allowedUserIds", "countries"),
            ...nulls("extKeyUsageOids", "localities", "namespace", "noStoreMetadata", "organizationUnit"),
            ...nulls("policyIdentifiers", "postalCodes", "provinces", "serialNumberSource", "streetAddresses"),
            allowedDomainsTemplate: false,
            allowedUriSansTemplate: false,
            basicConstraintsValidForNonCa: false,
            cnValidations: ["email", "hostname"],
            notAfter: "",
            notBeforeDuration: "30s",
            policyIdentifier: [],
            signatureBits: 0,
            usePss: false,
        },
        path: (inputs) => `${inputs.backend as string}/roles/${inputs.name as string}`,
    });
