import { agentTemplate, vaultAgentApply, vaultAgentFiles, type VaultAgentView } from "../../../services/vault-agent/files";
import { certificateTemplate, type AgentTemplate } from "../../../services/vault-agent/templates";

const credential: AgentTemplate = {
    name: "kamailio-db",
    kind: "credential",
    secret: "database/static-creds/kamailio",
    files: [
        { path: "/etc/pgbouncer/users.ini", mode: "0640", owner: "root:postgres", contents: "{{ .Data.password }}\n" },
    ],
    reload: "systemctl reload pgbouncer.service",
};

const certificate = certificateTemplate({
    name: "kamailio-cert",
    role: "kamailio-role",
    commonName: "sip.local",
    altNames: ["sip-1.sip.local"],
    ipSans: ["10.64.0.10", "192.168.64.10"],
    ttlSeconds: 7_776_000,
    dir: "/etc/kamailio/tls",
    owner: "root:root",
    reload: "docker exec kamailio kamcmd tls.reload",
});

const fixed: AgentTemplate = {
    name: "rtpengine",
    kind: "static",
    secret: "secret/data/rtpengine",
    files: [{ path: "/etc/rtpengine/secret", mode: "0600", owner: "0:0", contents: "{{ .Data.data.control_secret }}" }],
    reload: "true",
};

const view: VaultAgentView = {
    vm: "sip-1",
    address: "192.168.64.10",
    role: "sip-vm-role",
    metricsPort: 9100,
    vaultAddress: "https://192.168.64.1:8200",
    ca: "-----BEGIN CERTIFICATE-----\n",
    templates: [credential, certificate, fixed],
};

const files = vaultAgentFiles(view);
const isConfiguration = ({ path }: { path: string }) => /^\/etc\/(voip-agent|default)\//.test(path);
const content = (path: string) => files.find((file) => file.path === path)?.content ?? "";
const secretsOf = (templates: AgentTemplate[]) =>
    vaultAgentFiles({ ...view, templates }).find(({ path }) => path === "/etc/voip-agent/secrets")?.content;

test.each(files.filter(isConfiguration).map((file) => [file.path, file] as const))("%s is as before", (_, file) => {
    expect(`${file.mode ?? "0644"}\n${file.content}`).toMatchSnapshot();
});

test("each path is written once, and whatever is watched is written", () => {
    const paths = files.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    for (const path of vaultAgentApply.flatMap((step) => step.paths)) expect(paths).toContain(path);
});

test("every secret has a template in the agent's configuration, with the command that puts it in place", () => {
    for (const { name } of view.templates) {
        expect(content("/etc/voip-agent/agent.hcl")).toContain(
            `command = ["/usr/local/sbin/voip-agent", "install", "${name}"]`,
        );
        expect(content(`/etc/voip-agent/secrets.d/${name}.ctmpl`)).not.toBe("");
    }
});

test("a secret-id is asked for the VM's own address only", () => {
    for (const name of ["secret-id", "secret-id.spare"]) {
        const template = content(`/etc/voip-agent/${name}.ctmpl`);
        expect(template).toContain("auth/approle/role/sip-vm-role/secret-id");
        expect(template).toContain('"cidr_list=192.168.64.10/32" "token_bound_cidrs=192.168.64.10/32"');
    }
});

test("a request that changes is known by another key, one that does not by the same", () => {
    const longer = { ...certificate, parameters: [...(certificate.parameters ?? []), "alt_names=other.sip.local"] };
    expect(secretsOf([longer])).not.toBe(secretsOf([certificate]));
    expect(secretsOf([{ ...certificate, reload: "true" }])).toBe(secretsOf([certificate]));
});

test("the CA that issued comes last in what is rendered for a certificate: pkiCert takes it from there again", () => {
    const rendered = agentTemplate(certificate);
    expect(rendered.lastIndexOf("{{ .CA")).toBeGreaterThan(rendered.lastIndexOf("certificates"));
});
