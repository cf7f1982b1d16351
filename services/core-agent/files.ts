import { render } from "../../configs/render";

export interface CoreAgentView {
    vaultAddress: string;
    /** Address that the servers listen at, and the agent comes from. */
    address: string;
    /** AppRole. */
    role: string;
    /** Those that certificates are for: OpenBao itself, and PostgreSQL. */
    servers: string[];
    /** Lifetime of a certificate. */
    certificateSeconds: number;
}

const quoted = (words: readonly string[]) => words.map((word) => JSON.stringify(word)).join(" ");

/** A secret-id of its own for the next login, good from its own address only. */
function secretIdTemplate({ role, address }: CoreAgentView): string {
    const parameters = [`cidr_list=${address}/32`, `token_bound_cidrs=${address}/32`];
    const request = quoted([`auth/approle/role/${role}/secret-id`, ...parameters]);
    return `{{ with secret ${request} }}{{ .Data.secret_id }}{{ end }}\n`;
}

/**
 * Key, certificate and chain in one file, so that they change together. One that was rendered before is kept as long as it is
 * good; the library reads it again from there.
 */
function certificateTemplate(name: string, { address, certificateSeconds }: CoreAgentView): string {
    const parameters = [`common_name=${name}`, `ip_sans=${address}`, `ttl=${certificateSeconds}s`];
    const parts = [".Key", ".Cert", ".CA"].map((part) => `{{ ${part} | trimSpace }}`).join("\n");
    return `{{ with pkiCert ${quoted(["pki_int/issue/core-role", ...parameters])} }}${parts}\n{{ end }}`;
}

/** The files of core-agent's configuration directory, by name; nothing in them is secret. */
export function coreAgentFiles(view: CoreAgentView): Record<string, string> {
    const templates = view.servers.map((name) => [`${name}.ctmpl`, certificateTemplate(name, view)]);
    return {
        "agent.hcl": render("core-agent/agent.hcl", { ...view, servers: view.servers.map((name) => ({ name })) }),
        "secret-id.ctmpl": secretIdTemplate(view),
        ...(Object.fromEntries(templates) as Record<string, string>),
    };
}
