import { appRoleOf, type Identity } from "../services/identities";
import { coreServers } from "../services/core-servers";
import { services } from "../services/registry";
import type { Rights } from "../services/service";
import type { Role } from "../topology";

/** Secrets that all services of a tier may read. */
const shared: Record<Identity, string[]> = {
    sip: ["postgres", "redis-1"],
    pbx: ["postgres", "rabbitmq"],
    media: ["redis-1"],
    core: [],
};

/** Certificates that the agent of the core services gets for them. */
const coreCertificates = ["core-role"];

/** The core services with their own rights, each by its own policy: none has the rights of another. */
export const serviceRights = (): { service: string; rights: Rights }[] =>
    services.flatMap(({ name, hosts, rights }) =>
        rights && hosts.includes("core") ? [{ service: name, rights }] : [],
    );

/** What each identity may read and get issued (ADR-011), besides the CA's certificates: what its tier's services need. */
export function rightsOf(identity: Identity): Rights {
    const each = services.flatMap(({ hosts, rights }) =>
        rights && identity !== "core" && hosts.includes(identity) ? [rights] : [],
    );
    return {
        secrets: [...each.flatMap(({ secrets }) => secrets), ...shared[identity]],
        certificates: [
            ...each.flatMap(({ certificates }) => certificates),
            ...(identity === "core" ? coreCertificates : []),
        ],
        credentials: each.flatMap(({ credentials }) => credentials),
    };
}

const rule = (path: string, capabilities: string[], more = ""): string =>
    `path "${path}" {\n  capabilities = [${capabilities.map((name) => `"${name}"`).join(", ")}]\n${more}}\n`;

const read = (path: string): string => rule(path, ["read"]);

/** Only for one of the addresses, and for no more than one login (ensured by the AppRole). */
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

/** Reads its secrets, and nothing else. */
export function servicePolicyDocument({ secrets, certificates, credentials }: Rights): string {
    return [
        ...secrets.map((name) => read(`secret/data/${name}`)),
        ...certificates.map((name) => rule(`pki_int/issue/${name}`, ["create", "update"])),
        ...credentials.map((name) => read(`database/${name}`)),
    ].join("\n");
}

/**
 * The policy of an identity, in Vault's language. It grants no listing, and no access to other identities' secrets,
 * certificates or secret-ids. It is meant for tokens without the policy `default`.
 * @param addresses those that the identity logs in from
 */
export function policyDocument(identity: Identity, addresses: string[]): string {
    const { secrets, certificates, credentials } = rightsOf(identity);
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

/** The domain of the PBXs' certificates (ADR-010): pbx.local for sip.local, pbx.<domain> for any other domain. */
export const pbxDomain = (sipDomain: string): string =>
    sipDomain.startsWith("sip.") ? `pbx.${sipDomain.slice(4)}` : `pbx.${sipDomain}`;

export interface CertificateNames {
    role: string;
    /** The only names allowed in its certificates. */
    names: string[];
}

/** The names that each role of `pki_int` may put into a certificate. */
export function certificateRoles(sipDomain: string, vms: { name: string; role: Role }[]): CertificateNames[] {
    const hosts = (role: Role) => vms.filter((vm) => vm.role === role).map((vm) => `${vm.name}.${sipDomain}`);
    const proxies = [sipDomain, ...hosts("sip")];
    const pbxs = [pbxDomain(sipDomain), ...hosts("pbx")];
    return [
        { role: "opensips-role", names: proxies },
        { role: "kamailio-role", names: proxies },
        { role: "asterisk-role", names: pbxs },
        { role: "freeswitch-role", names: pbxs },
        { role: "core-role", names: [...coreServers] },
    ];
}
