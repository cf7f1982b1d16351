import { secretsDirOf } from "../paths";

/** The stack whose lab has the core services: their files are below its directory (paths.ts). */
interface Stack {
    dataDir: string;
}

/** Directory with `ca.pem`, the certificates trusted here; mounted at /trust in every container of the core services. */
export const trustDir = ({ dataDir }: Stack): string => `${dataDir}/core/trust`;

/** Directory of a server, with its volumes. */
export const serverDir = ({ dataDir }: Stack, server: string): string => `${dataDir}/core/${server}`;

/** Directory of a server's certificates. */
export const serverTlsDir = (stack: Stack, server: string): string => `${serverDir(stack, server)}/tls`;

/** The certificate of the PKI that core-agent gives a server and renews. */
export const serverCertificate = (stack: Stack, server: string): string => `${serverTlsDir(stack, server)}/server.pem`;

/** Name of the agent's container. */
export const coreAgentContainer = "core-agent";

/** Directory of the agent. */
export const coreAgentDir = ({ dataDir }: Stack): string => `${dataDir}/core/agent`;

/** Directory of the agent's login data, and of what it knows about its secrets. */
export const coreAgentStateDir = (stack: Stack): string => `${coreAgentDir(stack)}/state`;

/** Directory of the agent's socket and token, in memory. */
export const coreAgentRunDir = ({ runDir }: { runDir: string }): string => `${secretsDirOf(runDir)}/agent`;
