import type { AgentTemplate } from "../../../services/vault-agent/templates";
import { coreAgentFiles } from "../../../services/core-agent/files";
import { openbaoFiles, provisioningPolicy } from "../../../services/openbao/files";
import { postgresFiles } from "../../../services/postgres/files";

const openbao = (changed: Partial<Parameters<typeof openbaoFiles>[0]> = {}) =>
    openbaoFiles({
        address: "192.0.2.1",
        port: 8200,
        seal: "seal-1",
        roleId: "role-1",
        secretId: "secret-1",
        ...changed,
    });

const clients = [
    { database: "kamailio", user: "kamailio", address: "192.0.2.10" },
    { database: "asterisk", user: "+asterisk", address: "192.0.2.30" },
];
const postgres = () => postgresFiles({ address: "192.0.2.1", port: 5432, password: "known", clients });

const coreAgent = () =>
    coreAgentFiles({
        vaultAddress: "https://192.0.2.1:8200",
        address: "192.0.2.1",
        role: "core-role",
        servers: [
            { name: "openbao", user: 8200 },
            { name: "postgres", user: 5432 },
        ],
        certificateSeconds: 120,
    });

test("provisioning has no right over itself, the audit log, the seal, or mounts of others", () => {
    const rules = [...provisioningPolicy().matchAll(/^path "([^"]+)"/gm)].map(([, at]) => at);
    expect(rules).toContain("sys/mounts/pki_int");
    const tooWide =
        /provisioning|^\*|^sys\/(seal|audit|raw|rotate|generate-root|policies\/acl\/\*|auth\/\*|mounts\/\*)/;
    expect(rules.filter((at) => tooWide.test(at))).toEqual([]);
    expect(openbao()["initialize.hcl"]).toContain(provisioningPolicy());
});

test("the seal's key is 32 bytes, in a file of its own, and another key has another name", () => {
    const keyId = (files: Record<string, string>) => /current_key_id = "(\w+)"/.exec(files["openbao.hcl"])?.[1];
    expect(openbao()["seal.key"]).toMatch(/^[0-9a-f]{64}$/);
    expect(openbao()["openbao.hcl"]).not.toContain(openbao()["seal.key"]);
    expect(keyId(openbao())).toBe(keyId(openbao()));
    expect(keyId(openbao({ seal: "seal-2" }))).not.toBe(keyId(openbao()));
});

test("OpenBao listens by TLS at one address only, and writes its audit log to two places, of which one may fail", () => {
    const text = openbao()["openbao.hcl"];
    expect(text.match(/^listener .*$/gm)).toEqual(['listener "tcp" {']);
    expect(text).toContain('address         = "192.0.2.1:8200"');
    expect(text).not.toContain("tls_disable");
    expect(text.match(/^audit .*$/gm)).toEqual(['audit "file" "file" {', 'audit "file" "stdout" {']);
});

test("PostgreSQL takes each in from its own machine only, by TLS and with a password, and refuses everybody else", () => {
    const files = postgres();
    const rules = files["pg_hba.conf"].split("\n").filter((line) => line && !line.startsWith("#"));
    expect(rules.map((line) => line.split(/\s+/))).toEqual([
        ["local", "all,replication", "postgres", "scram-sha-256"],
        ["hostssl", "all", "postgres", "192.0.2.1/32", "scram-sha-256"],
        ["hostssl", "postgres", "vault_admin", "192.0.2.1/32", "scram-sha-256"],
        ["host", "all", "postgres,vault_admin", "all", "reject"],
        ["hostssl", "kamailio", "kamailio", "192.0.2.10/32", "scram-sha-256"],
        ["hostssl", "asterisk", "+asterisk", "192.0.2.30/32", "scram-sha-256"],
        ["host", "all,replication", "all", "all", "reject"],
        ["local", "all,replication", "all", "reject"],
    ]);
    expect(files["postgresql.conf"]).toContain("listen_addresses = '192.0.2.1'");
    expect(files["postgresql.conf"]).not.toContain("known");
});

test("core-agent asks for each server's certificate, and gives it to the server's own user", () => {
    const { secrets, ...rest } = JSON.parse(coreAgent()["agent.json"]) as { secrets: AgentTemplate[] };
    expect(rest).toMatchObject({ address: "192.0.2.1", role: "core-role", caFile: "/trust/ca.pem" });
    expect(secrets.map(({ name }) => name)).toEqual(["openbao-cert", "postgres-cert"]);
    expect(secrets[1]).toMatchObject({
        kind: "certificate",
        secret: "pki_int/issue/core-role",
        parameters: ["common_name=postgres", "ip_sans=192.0.2.1", "ttl=120s"],
        files: [{ path: "/servers/postgres/tls/server.pem", mode: "0600", owner: "5432:5432" }],
    });
});

test.each([
    ["OpenBao", () => openbao()],
    ["PostgreSQL", postgres],
    ["core-agent", coreAgent],
] as const)("%s is configured as before", (_, files) => {
    for (const [name, content] of Object.entries(files())) expect(content).toMatchSnapshot(name);
});
