import { appRoleOf, type Identity } from "../services/identities";
import { services } from "../services/registry";
import type { Rights } from "../services/service";
import { certificateLimits, type CertificateLimits, type CertifiedHosts } from "./certificates";

/** Secrets that all services of a tier may read. */
const shared: Record<Identity, string[]> = {
    sip: ["postgres"],
    pbx: ["postgres"],
    media: [],
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

const quoted = (values: readonly string[]): string => values.map((value) => `"${value}"`).join(", ");

const rule = (path: string, capabilities: string[], more = ""): string =>
    `path "${path}" {\n  capabilities = [${quoted(capabilities)}]\n${more}}\n`;

const read = (path: string): string => rule(path, ["read"]);

/** A parameter that has one of the values. @throws Error without values: an empty list would allow every one */
function oneOf(parameter: string, values: readonly string[]): string {
    if (values.length === 0) throw new Error(`a policy without values for ${parameter} would allow every one`);
    return `    "${parameter}" = [${quoted(values)}]`;
}

/** Only for one of the addresses, and for no more than one login (ensured by the AppRole). */
function ownSecretId(identity: Identity, addresses: readonly string[]): string {
    const hosts = addresses.map((address) => `${address}/32`);
    return rule(
        `auth/approle/role/${appRoleOf(identity)}/secret-id`,
        ["update"],
        [
            `  required_parameters = ["cidr_list", "token_bound_cidrs"]`,
            "  allowed_parameters = {",
            oneOf("cidr_list", hosts),
            oneOf("token_bound_cidrs", hosts),
            `    "metadata" = []`,
            "  }",
            "",
        ].join("\n"),
    );
}

/** The whole request is given, as a role of `pki_int` knows no list of addresses; every other parameter is refused. */
const issue = (role: string, { commonNames, ipSans, ttlSeconds }: CertificateLimits): string =>
    rule(
        `pki_int/issue/${role}`,
        ["create", "update"],
        [
            `  required_parameters = ["common_name", "ip_sans", "ttl"]`,
            "  allowed_parameters = {",
            oneOf("common_name", commonNames),
            oneOf("ip_sans", ipSans),
            oneOf("ttl", [`${ttlSeconds}s`]),
            "  }",
            "",
        ].join("\n"),
    );

/** Reads its secrets, and gets its own certificates, and nothing else. */
export function servicePolicyDocument(
    { secrets, certificates, credentials }: Rights,
    limits: CertificateLimits,
): string {
    return [
        ...secrets.map((name) => read(`secret/data/${name}`)),
        ...certificates.map((name) => issue(name, limits)),
        ...credentials.map((name) => read(`database/${name}`)),
    ].join("\n");
}

/** What tells the hosts of an identity from all others. */
export interface IdentityPlan {
    /** Addresses that they log in from. */
    addresses: readonly string[];
    certificates: CertificateLimits;
}

export interface PlannedHosts extends CertifiedHosts {
    /** The VMs, with the address that each logs in from. */
    vms: readonly (CertifiedHosts["vms"][number] & { address: string })[];
}

/** The identities of the planned hosts. The core's agent logs in from the address of its services. */
export function identityPlans(hosts: PlannedHosts): Record<Identity, IdentityPlan> {
    const tier = (role: Identity) => hosts.vms.filter((vm) => vm.role === role).map(({ address }) => address);
    const planOf = (identity: Identity): IdentityPlan => ({
        addresses: identity === "core" ? [hosts.coreAddress] : tier(identity),
        certificates: certificateLimits(identity, hosts),
    });
    return { sip: planOf("sip"), pbx: planOf("pbx"), media: planOf("media"), core: planOf("core") };
}

/**
 * The policy of an identity, in Vault's language. It grants no listing, and no access to other identities' secrets,
 * certificates or secret-ids. It is meant for tokens without the policy `default`.
 */
export function policyDocument(identity: Identity, { addresses, certificates: limits }: IdentityPlan): string {
    const { secrets, certificates, credentials } = rightsOf(identity);
    return [
        ...[...secrets, "ca"].map((name) => read(`secret/data/${name}`)),
        ...certificates.map((name) => issue(name, limits)),
        read("pki/cert/ca"),
        ...credentials.map((name) => read(`database/${name}`)),
        ...(credentials.length > 0 ? [rule("sys/leases/renew", ["update"])] : []),
        ownSecretId(identity, addresses),
        read("auth/token/lookup-self"),
        rule("auth/token/renew-self", ["update"]),
        rule("auth/token/revoke-self", ["update"]),
    ].join("\n");
}
