import { agentConfig, type AgentPlaces } from "../vault-agent/files";
import type { AgentSide } from "../service";
import type { AgentTemplate } from "../vault-agent/templates";

/** A core server with certificates, and its other templates. */
export interface CertifiedServer {
    name: string;
    /** Number of its user. */
    user: number;
    /** Its templates besides the certificate. */
    templates?: (side: AgentSide) => AgentTemplate[];
}

export interface CoreAgentView {
    vaultAddress: string;
    /** Address that the servers listen on, and that the agent connects from. */
    address: string;
    /** AppRole. */
    role: string;
    /** Servers that get certificates: OpenBao itself, PostgreSQL, and the others. */
    servers: CertifiedServer[];
    /** Lifetime of a certificate. */
    certificateSeconds: number;
}

/** The agent's paths in its container (components/core-agent.ts). */
export const coreAgentPlaces: AgentPlaces & { configFile: string } = {
    configFile: "/etc/core-agent/agent.json",
    caFile: "/trust/ca.pem",
    stateDir: "/state",
    runDir: "/run/core-agent",
};

/** Files for a server go to its directory of certificates, as seen in the agent's container. */
const dirOf = ({ name }: CertifiedServer): string => `/servers/${name}/tls`;

const runOf = ({ name }: CertifiedServer): string => `/servers/${name}/run`;

/**
 * Makes a server read its files again. A stopped server reads them at its start; a FIFO without a reader must not block the
 * agent.
 */
function reloadOf(server: CertifiedServer): string {
    const reload = `${runOf(server)}/reload`;
    return `[ ! -p ${reload} ] || timeout 5 sh -c 'echo >${reload}' || true`;
}

const sideOf = (server: CertifiedServer): AgentSide => ({
    dir: dirOf(server),
    run: runOf(server),
    user: server.user,
    reload: reloadOf(server),
});

/** Key, certificate and chain in one file, so that they change together. */
function serverCertificate(server: CertifiedServer, view: CoreAgentView): AgentTemplate {
    const { name, user } = server;
    return {
        name: `${name}-cert`,
        kind: "certificate",
        secret: "pki_int/issue/core-role",
        parameters: [`common_name=${name}`, `ip_sans=${view.address}`, `ttl=${view.certificateSeconds}s`],
        files: [
            {
                path: `${dirOf(server)}/server.pem`,
                mode: "0600",
                owner: `${user}:${user}`,
                contents: "{{ .Key | trimSpace }}\n{{ .Cert | trimSpace }}\n{{ .CA | trimSpace }}",
            },
        ],
        reload: reloadOf(server),
    };
}

/** The files of core-agent's configuration directory, by name; none of it is secret. */
export function coreAgentFiles(view: CoreAgentView): Record<string, string> {
    const { caFile, stateDir, runDir } = coreAgentPlaces;
    const templates = view.servers.flatMap((server) => [
        serverCertificate(server, view),
        ...(server.templates?.(sideOf(server)) ?? []),
    ]);
    return { "agent.json": agentConfig({ ...view, vm: "core", templates }, { caFile, stateDir, runDir }) };
}
