import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { render, type GuestFile } from "../../configs/render";
import { projectDir } from "../../paths";
import type { AgentTemplate } from "./templates";

export interface VaultAgentView {
    /** Name of the VM. */
    vm: string;
    /** Address of the VM as Vault sees it; secret-ids and tokens are good from there only. */
    address: string;
    /** Where the VM's exporter answers Prometheus. */
    metricsPort: number;
    /** AppRole, such as sip-vm-role. */
    role: string;
    vaultAddress: string;
    /** CA certificates (PEM) that Vault's own certificate is checked against. */
    ca: string;
    templates: AgentTemplate[];
}

/** On the VM. */
const configDir = "/etc/voip-agent";

/** Parameters of a request for a secret-id that only this VM can use. */
const secretIdParameters = ({ vm, address }: VaultAgentView, purpose: string) => [
    `metadata=${JSON.stringify({ vm, purpose })}`,
    `cidr_list=${address}/32`,
    `token_bound_cidrs=${address}/32`,
];

const quoted = (words: readonly string[]) => words.map((word) => JSON.stringify(word)).join(" ");

const secretIdTemplate = (view: VaultAgentView, purpose: string) => {
    const request = quoted([`auth/approle/role/${view.role}/secret-id`, ...secretIdParameters(view, purpose)]);
    return `{{ with secret ${request} }}{{ .Data.secret_id }}{{ end }}\n`;
};

/**
 * How the template's secret is asked for. $render is a number: with another one the secret is fetched anew, as the library
 * tells requests apart by path and, of a query, by `version` alone. What stands there has no meaning to these paths.
 */
function request({ kind, secret, parameters = [] }: AgentTemplate): string {
    if (kind === "static") return `secret ${quoted([secret])}`;
    if (kind === "credential") return `secret (printf ${quoted([`${secret}?version=%s`])} $render)`;
    const again = `${path.posix.dirname(secret)}/%s/../${path.posix.basename(secret)}`;
    return `pkiCert (printf ${quoted([again])} $render) ${quoted(parameters)}`;
}

/** What is left of its life, all of its life (seconds), and its lease; of a certificate these are in itself. */
const lifeTime: Record<AgentTemplate["kind"], string> = {
    credential:
        "{{ if .LeaseID }}{{ .LeaseDuration }} {{ .LeaseDuration }} {{ .LeaseID }}" +
        "{{ else }}{{ .Data.ttl }} {{ .Data.rotation_period }} -{{ end }}",
    certificate: "0 0 -",
    static: "0 0 -",
};

/** Tells a request from an earlier one of the same name: what was rendered for that is no answer to this. */
const requestKey = ({ secret, parameters = [] }: AgentTemplate): string =>
    createHash("sha256")
        .update(JSON.stringify([secret, parameters]))
        .digest("hex")
        .slice(0, 12);

/**
 * The template as the agent gets it: what it renders is taken apart by `voip-agent install`. For `new` it renders nothing, as
 * long as that stands there: then a certificate that was rendered before is forgotten.
 */
export function agentTemplate(template: AgentTemplate): string {
    const { name, kind, files } = template;
    const lines = [
        `{{- $render := file "/run/voip-agent/render/${name}" | trimSpace -}}`,
        `{{- if and $render (ne $render "new") -}}{{- with ${request(template)} -}}`,
        `#voip secret {{ $render }} ${lifeTime[kind]} ${requestKey(template)}`,
        ...files.map(({ contents }, index) => `#voip file ${index}\n${contents.replace(/\n$/, "")}`),
        "{{- end -}}{{- end -}}",
    ];
    return `${lines.join("\n")}\n`;
}

function templateFiles(template: AgentTemplate): GuestFile[] {
    const base = `${configDir}/secrets.d/${template.name}`;
    const list = template.files.map(({ path: file, mode, owner }) => `${mode} ${owner} ${file}\n`).join("");
    return [
        { path: `${base}.ctmpl`, content: agentTemplate(template) },
        { path: `${base}.files`, content: list },
        { path: `${base}.reload`, content: `${template.reload}\n`, mode: "0755" },
    ];
}

const unit = "/etc/systemd/system/voip-agent.service";
const exporter = "/etc/default/prometheus-node-exporter";
const libDir = "/usr/local/lib/voip-agent";

/** The program that runs the agent: shell, as it has few processes to start that way. */
function programFiles(): GuestFile[] {
    const source = path.join(projectDir, "configs/vault-agent/guest");
    const file = (name: string, target: string, mode = "0644"): GuestFile => ({
        path: target,
        content: fs.readFileSync(path.join(source, name), "utf8"),
        mode,
    });
    const parts = fs.readdirSync(path.join(source, "lib")).sort();
    return [
        file("voip-agent", "/usr/local/sbin/voip-agent", "0755"),
        ...parts.map((name) => file(`lib/${name}`, `${libDir}/${name}`)),
        file("voip-agent.service", unit),
    ];
}

/** Everything that the agent of a VM is and reads; none of it is secret. */
export function vaultAgentFiles(view: VaultAgentView): GuestFile[] {
    const { templates } = view;
    const secrets = templates.map((template) => `${template.name} ${template.kind} ${requestKey(template)}\n`);
    const settings = [`vm=${view.vm}`, `role=${view.role}`, `vault=${view.vaultAddress}`];
    return [
        ...programFiles(),
        { path: exporter, content: render("vault-agent/prometheus-node-exporter", view) },
        { path: `${configDir}/agent.hcl`, content: render("vault-agent/agent.hcl", view) },
        { path: `${configDir}/ca.pem`, content: view.ca },
        { path: `${configDir}/settings`, content: `${settings.join("\n")}\n` },
        { path: `${configDir}/secrets`, content: secrets.join("") },
        { path: `${configDir}/secret-id.ctmpl`, content: secretIdTemplate(view, "login") },
        { path: `${configDir}/secret-id.spare.ctmpl`, content: secretIdTemplate(view, "spare") },
        ...templates.flatMap(templateFiles),
    ];
}

/** What follows the change of the program; that of the configuration is up to the identity, which waits for the outcome. */
export const vaultAgentApply = [
    { paths: [unit], command: "systemctl daemon-reload && systemctl enable --now --quiet voip-agent.service" },
    {
        paths: programFiles().map((file) => file.path),
        command: "systemctl try-restart voip-agent.service",
    },
    {
        paths: [exporter],
        command:
            "systemctl enable --quiet prometheus-node-exporter.service && systemctl restart prometheus-node-exporter.service",
    },
];
