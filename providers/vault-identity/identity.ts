import { randomUUID } from "node:crypto";
import { ssh, type SshTarget } from "../../clients/ssh";
import { VaultClient } from "../../clients/vault/client";
import { CommandError } from "../../process/run";

export interface VaultIdentityDefinition extends SshTarget {
    /** Address of the VM as seen by Vault. */
    address: string;
    /** AppRole, such as sip-vm-role. */
    role: string;
    roleId: string;
    /** URL. */
    vaultAddress: string;
    /** CA certificates (PEM). */
    ca: string;
    token: string;
}

const program = "sudo /usr/local/sbin/voip-agent";

/** Seconds after which a wrapped secret-id expires unread. */
const wrapTtl = 300;

/** An emulated guest needs long to start the agent, especially while it boots. */
const timeoutMs = 6 * 60_000;

const vaultOf = ({ vaultAddress, ca, token }: VaultIdentityDefinition) =>
    new VaultClient({ address: vaultAddress, ca, token });

const rolePath = ({ role }: VaultIdentityDefinition) => `auth/approle/role/${role}`;

/** Runs a command of the VM's agent. @throws Error with the name of the VM and the agent's message */
async function agent(target: SshTarget, command: string, input?: string): Promise<string> {
    try {
        return (await ssh(target, `${program} ${command}`, { input, timeoutMs })).stdout;
    } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        throw new Error(`${target.host}: ${error.result.stderr.trim() || error.message}`, { cause: error });
    }
}

/** Destroys the secret-ids whose metadata has these values. */
async function destroySecretIds(definition: VaultIdentityDefinition, wanted: Record<string, string>): Promise<void> {
    const vault = vaultOf(definition);
    const path = rolePath(definition);
    for (const secret_id_accessor of await vault.list(`${path}/secret-id`)) {
        const answer = await vault.request("POST", `${path}/secret-id-accessor/lookup`, { secret_id_accessor });
        const metadata = (answer?.data?.metadata ?? {}) as Record<string, string>;
        if (Object.entries(wanted).some(([key, value]) => metadata[key] !== value)) continue;
        await vault.request("POST", `${path}/secret-id-accessor/destroy`, { secret_id_accessor });
    }
}

/**
 * Makes the VM's agent log in with a new secret-id and render everything. The secret-id is wrapped, and valid for one login
 * from the VM's address: only one can unwrap it. If that was somebody else, it is destroyed.
 * @returns the accessor of the secret-id
 * @throws Error with the name of the VM and the failure
 */
export async function logIn(definition: VaultIdentityDefinition): Promise<string> {
    const { host, address, roleId } = definition;
    const path = `${rolePath(definition)}/secret-id`;
    const handover = randomUUID();
    const answer = await vaultOf(definition).request(
        "POST",
        path,
        {
            metadata: JSON.stringify({ vm: host, purpose: "login", handover }),
            cidr_list: `${address}/32`,
            token_bound_cidrs: `${address}/32`,
        },
        { wrapTtl },
    );
    if (!answer?.wrap_info) throw new Error(`${path} was answered without response wrapping; nothing was handed over`);
    try {
        const { accessor } = JSON.parse(await agent(definition, "login", `${answer.wrap_info.token}\n${roleId}\n`)) as {
            accessor: string;
        };
        return accessor;
    } catch (error) {
        await destroySecretIds(definition, { vm: host, handover }).catch((cause: Error) =>
            console.error(`a secret-id of ${host} that was not used is left for 72 h: ${cause.message}`),
        );
        throw error;
    }
}

export interface AgentState {
    /** The state in `voip-agent status`, such as ok, unauthenticated or unreachable; or "host not reached". */
    state: string;
    detail: string;
}

/** The agent's status report; one round trip. */
export async function agentState(target: SshTarget): Promise<AgentState> {
    const options = { okStatus: [0, 1, 127, 255], timeoutMs: 60_000 };
    const { stdout, stderr, status } = await ssh(target, `${program} status`, options);
    if (status === 255) return { state: "host not reached", detail: stderr.trim() };
    if (status !== 0) return { state: "not installed", detail: stderr.trim() };
    const { state, detail } = (JSON.parse(stdout) as { agent: AgentState }).agent;
    return { state, detail };
}

/** Restarts the agent with its present configuration; with a new identity if its own is no longer valid. */
export async function restart(definition: VaultIdentityDefinition): Promise<string | undefined> {
    try {
        await agent(definition, "restart");
        return undefined;
    } catch (error) {
        if ((await agentState(definition)).state !== "unauthenticated") throw error;
        return logIn(definition);
    }
}

/** Nobody can log in as this VM any more; the agent's secrets end with its token. */
export async function forget(definition: VaultIdentityDefinition): Promise<void> {
    await destroySecretIds(definition, { vm: definition.host });
}
