import type { Fields } from "../inputs";
import { bridged } from "../bridge";
import type { Plugin, Properties } from "../plugin";
import { readProviderConfig } from "../provider-config";
import { VaultApi, type VaultConfig } from "./api";
import { appRoleType, policyType } from "./auth";
import { connectionType } from "./connection";
import { dynamicRoleType, staticRoleType } from "./database";
import { secretType } from "./kv";
import { authBackendType, mountType } from "./mount";
import { certRequestType, rootCertType, setSignedType, signIntermediateType } from "./issuers";
import { configIssuersType, configUrlsType, pkiRoleType } from "./pki";

const configFields: Fields = {
    address: {
        shape: "string",
        required: true,
        matches: { pattern: /^https?:\/\/[^/]+\/?$/, description: "a URL such as https://192.0.2.1:8200" },
    },
    token: { shape: "string", required: true },
    caCertFile: { shape: "string" },
    skipChildToken: { shape: "boolean" },
    skipGetVaultVersion: { shape: "boolean" },
    vaultVersionOverride: { shape: "string" },
    // the SDK always sends these two
    maxLeaseTtlSeconds: { shape: "integer" },
    maxRetries: { shape: "integer" },
};

/** The types of @pulumi/vault that a program here may use, for OpenBao and Vault. */
export function vaultPlugin(): Plugin {
    let api: VaultApi | undefined;
    const configured = (): VaultApi => {
        if (!api) throw new Error("the vault provider's server is not known yet");
        return api;
    };
    return {
        name: "vault",
        version: "7.8.0",
        async configure(config: Properties) {
            const read = readProviderConfig("vault", configFields, {
                ...config,
                address: config.address ?? process.env.VAULT_ADDR,
                token: config.token ?? process.env.VAULT_TOKEN,
                caCertFile: config.caCertFile ?? process.env.VAULT_CACERT,
            });
            if (!read) return;
            if (read.skipChildToken !== true) {
                throw new Error("vault provider: skipChildToken must be true without the official plugin");
            }
            const { address, ...rest } = read as unknown as VaultConfig;
            api = new VaultApi({ ...rest, address: address.replace(/\/$/, "") });
        },
        types: bridged({
            "vault:index/authBackend:AuthBackend": authBackendType(configured),
            "vault:index/mount:Mount": mountType(configured),
            "vault:index/policy:Policy": policyType(configured),
            "vault:appRole/authBackendRole:AuthBackendRole": appRoleType(configured),
            "vault:database/secretBackendConnection:SecretBackendConnection": connectionType(configured),
            "vault:database/secretBackendRole:SecretBackendRole": dynamicRoleType(configured),
            "vault:database/secretBackendStaticRole:SecretBackendStaticRole": staticRoleType(configured),
            "vault:kv/secretV2:SecretV2": secretType(configured),
            "vault:pkiSecret/secretBackendConfigIssuers:SecretBackendConfigIssuers": configIssuersType(configured),
            "vault:pkiSecret/secretBackendConfigUrls:SecretBackendConfigUrls": configUrlsType(configured),
            "vault:pkiSecret/secretBackendIntermediateCertRequest:SecretBackendIntermediateCertRequest":
                certRequestType(configured),
            "vault:pkiSecret/secretBackendIntermediateSetSigned:SecretBackendIntermediateSetSigned":
                setSignedType(configured),
            "vault:pkiSecret/secretBackendRole:SecretBackendRole": pkiRoleType(configured),
            "vault:pkiSecret/secretBackendRootCert:SecretBackendRootCert": rootCertType(configured),
            "vault:pkiSecret/secretBackendRootSignIntermediate:SecretBackendRootSignIntermediate":
                signIntermediateType(configured),
        }),
        functions: {},
    };
}
