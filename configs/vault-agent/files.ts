import * as path from "node:path";
import { render, type GuestFile } from "../render";
import type { AgentTemplate } from "./templates";

export interface VaultAgentView {
    /** Name of the VM. */
    vm: string;
    /** Address of the VM as Vault sees it; secret-ids and tokens are good from there only. */
    address: string;
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

/** Where the lease and life time of a secret are; those of a certificate are in itself. */
const lifeTime: Record<AgentTemplate["kind"], string> = {
    credential: '{{ or .Data.ttl .LeaseDuration }} {{ or .Data.rotation_period .LeaseDuration }} {{ or .LeaseID "-" }}',
    certificate: "0 0 -",
    static: "0 0 -",
};

/** The template as the agent gets it: what it renders is taken apart by `voip-agent install`. */
export function agentTemplate(template: AgentTemplate): string {
    const { name, kind, files } = template;
    const lines = [
        `{{- $render := file "/run/voip-agent/render/${name}" -}}`,
        `{{- if $render -}}{{- with ${request(template)} -}}`,
        `#voip secret {{ $render }} ${lifeTime[kind]}`,
        ...files.map(({ contents }, index) => `#voip file ${index}\n${contents.replace(/\n$/, "")}`),
        "{{- end -}}{{- end }}",
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

/** Everything that the agent of a VM reads; none of it is secret. */
export function vaultAgentFiles(view: VaultAgentView): GuestFile[] {
    const { templates } = view;
    const settings = [`vm=${view.vm}`, `role=${view.role}`, `vault=${view.vaultAddress}`];
    return [
        { path: `${configDir}/agent.hcl`, content: render("vault-agent/agent.hcl", view) },
        { path: `${configDir}/ca.pem`, content: view.ca },
        { path: `${configDir}/settings`, content: `${settings.join("\n")}\n` },
        { path: `${configDir}/secrets`, content: templates.map(({ name, kind }) => `${name} ${kind}\n`).join("") },
        { path: `${configDir}/secret-id.ctmpl`, content: secretIdTemplate(view, "login") },
        { path: `${configDir}/secret-id.spare.ctmpl`, content: secretIdTemplate(view, "spare") },
        ...templates.flatMap(templateFiles),
    ];
}
