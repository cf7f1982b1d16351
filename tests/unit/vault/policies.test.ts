import { identities, type Identity } from "../../../services/identities";
import type { Role } from "../../../topology";
import { certificateRoles, pbxDomain } from "../../../vault/certificates";
import { identityPlans, policyDocument, rightsOf, servicePolicyDocument, serviceRights } from "../../../vault/policies";

const vm = (role: Role, address: string, outside?: string) => ({
    role,
    address,
    certified: outside ? [outside, address] : [address],
});
const hosts = {
    sipDomain: "sip.local",
    vms: [
        vm("sip", "192.0.2.10", "198.51.100.10"),
        vm("sip", "192.0.2.11", "198.51.100.11"),
        vm("pbx", "192.0.2.30"),
        vm("media", "192.0.2.20", "198.51.100.20"),
    ],
    coreAddress: "192.0.2.1",
    certificateSeconds: 7200,
};
const plans = identityPlans(hosts);
const documents = Object.fromEntries(
    identities.map((identity) => [identity, policyDocument(identity, plans[identity])]),
) as Record<Identity, string>;

/** Paths of a policy, with what may be done there. */
const paths = (document: string): Record<string, string[]> =>
    Object.fromEntries(
        [...document.matchAll(/path "([^"]+)" \{\n {2}capabilities = \[([^\]]*)\]/g)].map(([, path, capabilities]) => [
            path,
            capabilities.split(", ").map((name) => name.slice(1, -1)),
        ]),
    );

describe("policies", () => {
    it.each(identities)("of %s name every path in full, and allow neither listing nor deleting", (identity) => {
        for (const [path, capabilities] of Object.entries(paths(documents[identity]))) {
            expect(path).not.toMatch(/[*+]/);
            for (const capability of capabilities) expect(["read", "create", "update"]).toContain(capability);
        }
    });

    it("give the secrets of ADR-011 to their tiers", () => {
        const secrets = (identity: Identity) =>
            Object.keys(paths(documents[identity]))
                .filter((path) => path.startsWith("secret/data/"))
                .map((path) => path.slice("secret/data/".length));
        expect(secrets("sip")).toEqual(["kamailio", "valkey/kamailio", "postgres", "ca"]);
        expect(secrets("pbx")).toEqual(["postgres", "ca"]);
        expect(secrets("media")).toEqual(["rtpengine", "ca"]);
        expect(secrets("core")).toEqual(["ca"]);
    });

    it("give each certificate and each database credential to one identity only", () => {
        for (const kind of ["certificates", "credentials"] as const) {
            const all = identities.flatMap((identity) => rightsOf(identity)[kind]);
            expect(new Set(all).size).toBe(all.length);
        }
    });

    it("give each service of the core its own secrets and no right to change or list anything", () => {
        const own = Object.fromEntries(
            serviceRights().map(({ service, rights }) => [
                service,
                paths(servicePolicyDocument(rights, plans.core.certificates)),
            ]),
        );
        expect(own["valkey-exporter"]).toEqual({ "secret/data/valkey/exporter": ["read"] });
        expect(own.valkey).toEqual({
            "secret/data/valkey/kamailio": ["read"],
            "secret/data/valkey/exporter": ["read"],
        });
        const document = servicePolicyDocument(
            { secrets: [], certificates: ["a-role"], credentials: ["static-creds/b"] },
            plans.core.certificates,
        );
        expect(paths(document)).toEqual({
            "pki_int/issue/a-role": ["create", "update"],
            "database/static-creds/b": ["read"],
        });
    });

    it("are rules in Vault's language, one after the other", () => {
        const rule = (path: string, capabilities: string): string =>
            `path "${path}" {\n  capabilities = [${capabilities}]\n}\n`;
        const rights = { secrets: ["a", "b/c"], certificates: [], credentials: ["static-creds/e"] };
        expect(servicePolicyDocument(rights, plans.core.certificates)).toBe(
            [
                rule("secret/data/a", '"read"'),
                rule("secret/data/b/c", '"read"'),
                rule("database/static-creds/e", '"read"'),
            ].join("\n"),
        );
    });

    it("let every identity see the CA and keep its own token, and no other path of them", () => {
        for (const identity of identities) {
            const all = paths(documents[identity]);
            expect(all).toMatchObject({
                "secret/data/ca": ["read"],
                "pki/cert/ca": ["read"],
                "auth/token/lookup-self": ["read"],
                "auth/token/renew-self": ["update"],
                "auth/token/revoke-self": ["update"],
            });
            expect(Object.keys(all).filter((path) => /^(auth|pki)\//.test(path))).toEqual([
                "pki/cert/ca",
                `auth/approle/role/${identity === "core" ? "core-role" : `${identity}-vm-role`}/secret-id`,
                ...["lookup-self", "renew-self", "revoke-self"].map((name) => `auth/token/${name}`),
            ]);
        }
    });

    it("let those renew leases that have database credentials", () => {
        const renew = identities.filter((identity) => "sys/leases/renew" in paths(documents[identity]));
        expect(renew).toEqual(identities.filter((identity) => rightsOf(identity).credentials.length > 0));
        expect(renew).toContain("pbx");
        expect(renew).not.toContain("media");
    });

    it("let an identity have secret-ids of its own role, each for one of its addresses", () => {
        expect(documents.sip).toContain('path "auth/approle/role/sip-vm-role/secret-id"');
        expect(documents.sip).toContain('"cidr_list" = ["192.0.2.10/32", "192.0.2.11/32"]');
        expect(documents.sip).toContain('required_parameters = ["cidr_list", "token_bound_cidrs"]');
        expect(documents.sip).not.toContain("pbx-vm-role");
        const rules = documents.media.split("\n\n");
        expect(rules.find((rule) => rule.includes("secret-id"))).toBe(
            [
                'path "auth/approle/role/media-vm-role/secret-id" {',
                '  capabilities = ["update"]',
                '  required_parameters = ["cidr_list", "token_bound_cidrs"]',
                "  allowed_parameters = {",
                '    "cidr_list" = ["192.0.2.20/32"]',
                '    "token_bound_cidrs" = ["192.0.2.20/32"]',
                '    "metadata" = []',
                "  }",
                "}",
            ].join("\n"),
        );
    });
});

describe("certificates", () => {
    const request = (identity: Identity, role: string): string | undefined =>
        documents[identity].split("\n\n").find((rule) => rule.startsWith(`path "pki_int/issue/${role}"`));

    const rule = (role: string, names: string, addresses: string): string =>
        [
            `path "pki_int/issue/${role}" {`,
            '  capabilities = ["create", "update"]',
            '  required_parameters = ["common_name", "ip_sans", "ttl"]',
            "  allowed_parameters = {",
            `    "common_name" = [${names}]`,
            `    "ip_sans" = [${addresses}]`,
            '    "ttl" = ["7200s"]',
            "  }",
            "}",
        ].join("\n");

    it("are asked for with the names and addresses of one host, and nothing else", () => {
        const sip = '"198.51.100.10,192.0.2.10", "198.51.100.11,192.0.2.11"';
        expect(request("sip", "kamailio-role")).toBe(rule("kamailio-role", '"sip.local"', sip));
        expect(request("sip", "opensips-role")).toBe(rule("opensips-role", '"sip.local"', sip));
        expect(request("pbx", "asterisk-role")).toBe(rule("asterisk-role", '"pbx.local"', '"192.0.2.30"'));
        const servers = '"openbao", "postgres", "valkey", "valkey-exporter"';
        expect(request("core", "core-role")?.trimEnd()).toBe(rule("core-role", servers, '"192.0.2.1"'));
    });

    it("have no rule that is empty, which would allow every value", () => {
        const without = identityPlans({ ...hosts, vms: [] });
        expect(() => policyDocument("sip", without.sip)).toThrow(/^a policy without values for ip_sans would allow/);
        expect(() => policyDocument("media", without.media)).toThrow(/^a policy without values for cidr_list would/);
    });
});

describe("names in certificates", () => {
    const vms = [
        { name: "sip-1", role: "sip" as const },
        { name: "sip-2", role: "sip" as const },
        { name: "pbx-1", role: "pbx" as const },
        { name: "media-1", role: "media" as const },
    ];

    it("are the domain's and the VM's own", () => {
        const roles = Object.fromEntries(certificateRoles("sip.local", vms).map(({ role, names }) => [role, names]));
        expect(roles["kamailio-role"]).toEqual(["sip.local", "sip-1.sip.local", "sip-2.sip.local"]);
        expect(roles["opensips-role"]).toEqual(roles["kamailio-role"]);
        expect(roles["asterisk-role"]).toEqual(["pbx.local", "pbx-1.sip.local"]);
        expect(roles["core-role"]).toEqual(["openbao", "postgres", "valkey", "valkey-exporter"]);
    });

    it.each(["sip.local", "example.com"])("of proxies and PBXs have nothing in common in %s", (domain) => {
        const roles = Object.fromEntries(certificateRoles(domain, vms).map(({ role, names }) => [role, names]));
        expect(roles["asterisk-role"].filter((name) => roles["kamailio-role"].includes(name))).toEqual([]);
    });

    it("follow the SIP domain", () => {
        expect(pbxDomain("sip.local")).toBe("pbx.local");
        expect(pbxDomain("example.com")).toBe("pbx.example.com");
    });
});
