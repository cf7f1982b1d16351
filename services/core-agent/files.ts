import { agentConfig, type AgentPlaces } from "../vault-agent/files";
import type { AgentTemplate } from "../vault-agent/templates";

/** A server of the core that has certificates, and the number of its user. */
export interface CertifiedServer {
    name: string;
    user: number;
}

export interface CoreAgentView {
    vaultAddress: string;
    /** Address that the servers listen at, and the agent comes from. */
    address: string;
    /** AppRole. */
    role: string;
    /** Those that certificates are for: OpenBao itself, and PostgreSQL. */
    servers: CertifiedServer[];
    /** Lifetime of a certificate. */
    certificateSeconds: number;
}

/** Where the agent's container has what it needs (components/core-agent.ts). */
export const coreAgentPlaces: AgentPlaces & { configFile: string } = {
    configFile: "/etc/core-agent/agent.json",
    caFile: "/trust/ca.pem",
    stateDir: "/state",
    runDir: "/run/core-agent",
};

/** Key, certificate and chain in one file, so that they change together. */
function serverCertificate({ name, user }: CertifiedServer, view: CoreAgentView): AgentTemplate {
    const reload = `/servers/${name}/run/reload`;
    return {
        name: `${name}-cert`,
        kind: "certificate",
        secret: "pki_int/issue/core-role",
        parameters: [`common_name=${name}`, `ip_sans=${view.address}`, `ttl=${view.certificateSeconds}s`],
        files: [
            {
                path: `/servers/${name}/tls/server.pem`,
                mode: "0600",
                owner: `${user}:${user}`,
                contents: "{{ .Key | trimSpace }}\n{{ .Cert | trimSpace }}\n{{ .CA | trimSpace }}",
            },
        ],
        // a server that is not there reads it when it starts; a FIFO without a reader must not hold the agent up
        reload: `[ ! -p ${reload} ] || timeout 5 sh -c 'echo >${reload}' || true`,
    };
}

/** The files of core-agent's configuration directory, by name; nothing in them is secret. */
export function coreAgentFiles(view: CoreAgentView): Record<string, string> {
    const { caFile, stateDir, runDir } = coreAgentPlaces;
    const templates = view.servers.map((server) => serverCertificate(server, view));
    return { "agent.json": agentConfig({ ...view, vm: "core", templates }, { caFile, stateDir, runDir }) };
}
