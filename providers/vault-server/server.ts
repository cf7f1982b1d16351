import * as fs from "node:fs";
import * as path from "node:path";
import { DockerError, type DockerApi } from "../../clients/docker/api";
import { lastWords } from "../../clients/docker/logs";
import { withDocker } from "../../clients/docker/session";
import { VaultClient, VaultError } from "../../clients/vault/client";
import { serverState } from "../../clients/vault/health";
import { login, tokenState, type AppRoleLogin } from "../../clients/vault/login";
import { policyRoleId } from "../../services/openbao/files";
import { waitFor } from "../../process/wait";

export interface VaultServerDefinition {
    address: string;
    /** File: the trusted certificates change while the server runs. */
    caFile: string;
    roleId: string;
    secretId: string;
    dockerHost: string;
    container: string;
    dataDir: string;
    /** The rights of provisioning. */
    policy: string;
    /** Id of the container: another one means another start of the server. */
    containerId: string;
}

/** The mount of provisioning's login, separate from that of the machines (configs/openbao/initialize.hcl). */
const mount = "provisioning";

/** Seconds for the server to start, on a machine that boots VMs at the same time. */
const startSeconds = 120;

export const vaultOf = ({ address, caFile }: VaultServerDefinition) => ({
    address,
    ca: fs.existsSync(caFile) ? fs.readFileSync(caFile, "utf8") : "",
});

const loginOf = (definition: VaultServerDefinition): AppRoleLogin => ({
    ...vaultOf(definition),
    mount,
    roleId: definition.roleId,
    secretId: definition.secretId,
});

/**
 * Marks that the server is fully initialised: provisioning has logged in once. Without it the server contains nothing of value,
 * and an interrupted initialisation can start again.
 */
const initialisedFile = ({ dataDir }: VaultServerDefinition) => path.join(dataDir, "initialised");

/**
 * Waits until the server is initialised, unsealed and knows provisioning. A server that is sealed or keeps failing is
 * restarted; if its first initialisation was interrupted, its data, which nobody can have used, is removed.
 * @param present a token that is kept if it is still valid
 * @returns a token of provisioning
 * @throws Error with the server's last message
 */
export async function serverToken(definition: VaultServerDefinition, present?: string): Promise<string> {
    let restarts = 0;
    const attempt = async () => {
        const state = await serverState(vaultOf(definition));
        if (state === "active") {
            if (present && (await tokenState({ ...vaultOf(definition), token: present })) === "good") return present;
            const token = await login(loginOf(definition)).catch((error: unknown) => refusedLogin(definition, error));
            if (token) return token;
        } else if (state.startsWith("not answering") && !(await hasFailed(definition))) {
            throw new Error(state); // it is starting
        }
        if (restarts++ < 3) await restart(definition);
        throw new Error(state === "active" ? "the login of provisioning was refused" : state);
    };
    const token = await waitFor("OpenBao", attempt, { deadlineMs: startSeconds * 1000, intervalMs: 250 }).catch(
        async (error: Error) => {
            // its standard output has the audit log
            const said = await lastWords(definition.dockerHost, definition.container, ["stderr"]);
            throw new Error(`OpenBao at ${definition.address} is not ready: ${error.message}${said}`, { cause: error });
        },
    );
    fs.writeFileSync(initialisedFile(definition), "");
    return token;
}

/** A rejected login is a normal answer as long as the server is not fully initialised; later, somebody changed it. */
function refusedLogin(definition: VaultServerDefinition, error: unknown): undefined {
    if (error instanceof VaultError && !fs.existsSync(initialisedFile(definition))) return undefined;
    throw error;
}

/** Restarts the server, with its data or, if it was never fully initialised, without. */
async function restart(definition: VaultServerDefinition): Promise<void> {
    await withDocker(definition.dockerHost, async (api) => {
        const at = `/containers/${definition.container}`;
        await api.call("POST", `${at}/stop`, { query: { t: "20" } });
        if (!fs.existsSync(initialisedFile(definition))) {
            const data = path.join(definition.dataDir, "data");
            for (const entry of fs.readdirSync(data)) fs.rmSync(path.join(data, entry), { recursive: true });
            // from a PKI that was lost with the data: the server starts with its first one
            fs.rmSync(path.join(definition.dataDir, "tls", "server.pem"), { force: true });
        }
        await api.call("POST", `${at}/start`);
    });
}

/** Whether the container has ended, or is restarting again and again. */
async function hasFailed(definition: VaultServerDefinition): Promise<boolean> {
    const { dockerHost, container } = definition;
    const ask = (api: DockerApi) => api.call("GET", `/containers/${container}/json`);
    const seen = await withDocker(dockerHost, ask).catch((error: unknown) => {
        if (!(error instanceof DockerError)) throw error;
        throw new Error(`container ${container}: ${error.message}`, { cause: error });
    });
    const { Running, Restarting } = (seen as { State: { Running: boolean; Restarting: boolean } }).State;
    return !Running || Restarting;
}

/** `active`, or what prevents provisioning from working. */
export async function stateOf(definition: VaultServerDefinition, token: string): Promise<string> {
    const state = await serverState(vaultOf(definition));
    if (state !== "active") return state;
    return (await tokenState({ ...vaultOf(definition), token })) === "refused"
        ? "without the token of provisioning"
        : state;
}

/** Gives provisioning other rights than the server was initialised with. */
export async function writePolicy(definition: VaultServerDefinition): Promise<void> {
    const token = await login({ ...loginOf(definition), roleId: policyRoleId(definition.roleId) });
    const client = new VaultClient({ ...vaultOf(definition), token });
    await client.request("POST", "sys/policies/acl/provisioning", { policy: definition.policy });
    await revoke(definition, token);
}

/** Revokes a token; succeeds if it has expired. */
export async function revoke(definition: VaultServerDefinition, token: string): Promise<void> {
    await new VaultClient({ ...vaultOf(definition), token })
        .request("POST", "auth/token/revoke-self")
        .catch(() => undefined);
}
