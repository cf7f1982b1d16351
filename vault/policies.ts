import type { Role } from "../topology";

/** Who logs in by AppRole: the tiers of VMs, and the agent of the core services. */
export const identities = ["sip", "pbx", "media", "core"] as const;
export type Identity = (typeof identities)[number];

export const appRoleOf = (identity: Identity): string => (identity === "core" ? "core-role" : `${identity}-vm-role`);
export const policyOf = (identity: Identity): string => (identity === "core" ? "core-policy" : `${identity}-vm-policy`);

interface Rights {
    /** Secrets of `secret/`. */
    secrets: string[];
    /** Roles of `pki_int` whose certificates it may be issued. */
    certificates: string[];
    /** Roles of `database/` whose credentials it may read, with their kind. */
    credentials: string[];
}

/** What each may read and be issued (ADR-011), besides the CA's certificates. */
export const rights: Record<Identity, Rights> = {
    sip: {
        secrets: ["opensips", "kamailio", "postgres", "redis-1"],
        certificates: ["opensips-role", "kamailio-role"],
        credentials: ["static-creds/opensips", "static-creds/kamailio"],
    },
    pbx: {
        secrets: ["asterisk", "freeswitch", "postgres", "rabbitmq"],
        certificates: ["asterisk-role", "freeswitch-role"],
        credentials: ["creds/asterisk", "creds/freeswitch"],
    },
    media: { secrets: ["rtpengine", "redis-1"], certificates: [], credentials: [] },
    core: { secrets: [], certificates: ["core-role"], credentials: [] },
};

const rule = (path: string, capabilities: string[], more = ""): string =>
    `path "${path}" {\n  capabilities = [${capabilities.map((name) => `"${name}"`).join(", ")}]\n${more}}\n`;

const read = (path: string): string => rule(path, ["read"]);

/** Only for one of the addresses, and no more than one login with it (the AppRole sees to that). */
function ownSecretId(identity: Identity, addresses: string[]): string {
    const allowed = addresses.map((address) => `"${address}/32"`).join(", ");
    return rule(
        `auth/approle/role/${appRoleOf(identity)}/secret-id`,
        ["update"],
        [
            `  required_parameters = ["cidr_list", "token_bound_cidrs"]`,
            "  allowed_parameters = {",
            `    "cidr_list" = [${allowed}]`,
            `    "token_bound_cidrs" = [${allowed}]`,
            `    "metadata" = []`,
            "  }",
            "",
        ].join("\n"),
    );
}

/**
 * The policy of an identity, in Vault's language. Nothing is to be listed, and no other identity's secrets, certificates or
 * secret-ids are to be had. It is meant for tokens without the policy `default`.
 * @param addresses those that the identity logs in from
 */
export function policyDocument(identity: Identity, addresses: string[]): string {
    const { secrets, certificates, credentials } = rights[identity];
    return [
        ...[...secrets, "ca"].map((name) => read(`secret/data/${name}`)),
        ...certificates.map((name) => rule(`pki_int/issue/${name}`, ["create", "update"])),
        read("pki/cert/ca"),
        ...credentials.map((name) => read(`database/${name}`)),
        ...(credentials.length > 0 ? [rule("sys/leases/renew", ["update"])] : []),
        ownSecretId(identity, addresses),
        read("auth/token/lookup-self"),
        rule("auth/token/renew-self", ["update"]),
        rule("auth/token/revoke-self", ["update"]),
    ].join("\n");
}

/** The domain of the PBXs' certificates (ADR-010): sip.local has pbx.local beside it, any other domain pbx.<domain>. */
export const pbxDomain = (sipDomain: string): string =>
    sipDomain.startsWith("sip.") ? `pbx.${sipDomain.slice(4)}` : `pbx.${sipDomain}`;

export interface CertificateNames {
    role: string;
    /** Names that may be in its certificates, and no others. */
    names: string[];
}

/** Whose names each role of `pki_int` may put into a certificate. */
export function certificateRoles(sipDomain: string, vms: { name: string; role: Role }[]): CertificateNames[] {
    const hosts = (role: Role) => vms.filter((vm) => vm.role === role).map((vm) => `${vm.name}.${sipDomain}`);
    const proxies = [sipDomain, ...hosts("sip")];
    const pbxs = [pbxDomain(sipDomain), ...hosts("pbx")];
    return [
        { role: "opensips-role", names: proxies },
        { role: "kamailio-role", names: proxies },
        { role: "asterisk-role", names: pbxs },
        { role: "freeswitch-role", names: pbxs },
        { role: "core-role", names: ["openbao", "postgres", "rabbitmq"] },
    ];
}
