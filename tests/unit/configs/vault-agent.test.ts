import { agentConfig, vaultAgentApply, vaultAgentFiles, type VmAgentView } from "../../../services/vault-agent/files";
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
    ipSans: ["10.64.0.10", "192.168.64.10"],
    ttlSeconds: 7_776_000,
    dir: "/etc/kamailio/tls",
    owner: "root:root",
    reload: "docker exec kamailio kamcmd tls.reload",
});

const view: VmAgentView = {
    vm: "sip-1",
    address: "192.168.64.10",
    role: "sip-vm-role",
    metricsPort: 9100,
    vaultAddress: "https://192.168.64.1:8200",
    ca: "-----BEGIN CERTIFICATE-----\n",
    templates: [credential, certificate],
};

const files = vaultAgentFiles(view);

test.each(files.map((file) => [file.path, file] as const))("%s is as before", (_, file) => {
    expect(`${file.mode ?? "0644"}\n${file.content}`).toMatchSnapshot();
});

test("each path is written once, and whatever is watched is written", () => {
    const paths = files.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    for (const path of vaultAgentApply.flatMap((step) => step.paths)) expect(paths).toContain(path);
});

test("an agent that is on no VM has its files elsewhere", () => {
    const places = { caFile: "/trust/ca.pem", stateDir: "/state", runDir: "/run/core-agent" };
    expect(JSON.parse(agentConfig(view, places))).toMatchObject({ ...places, vault: view.vaultAddress });
});
