import { agentProgram } from "../platform/agent";
import { ssh } from "../../process/ssh";
import { vaultText, type VaultClient } from "../../vault/client";
import { attempt, merged, stopwatch, type Outcome, type Rotated, type RotatedVm, type RotationJob } from "./job";

/** Seconds in which a VM must have fetched its new secret-id. */
const wrapTtl = 300;

interface SecretId {
    accessor: string;
    /** What it is for: the VM's next login, or a spare. */
    purpose: string;
    created: string;
}

/** The secret-ids that a VM could log in with. */
async function secretIds(vault: VaultClient, path: string, vm: string): Promise<SecretId[]> {
    const found: SecretId[] = [];
    for (const accessor of await vault.list(`${path}/secret-id`)) {
        const answer = await vault.request("POST", `${path}/secret-id-accessor/lookup`, {
            secret_id_accessor: accessor,
        });
        const metadata = answer?.data?.metadata as { vm?: string; purpose?: string } | undefined;
        const created = vaultText(answer, "creation_time") ?? "";
        if (metadata?.vm === vm) found.push({ accessor, purpose: metadata.purpose ?? "", created });
    }
    return found.sort((a, b) => a.created.localeCompare(b.created));
}

const accessors = (ids: SecretId[]): string => ids.map(({ accessor }) => accessor).join(" ") || "none";

async function newIdentity(vault: VaultClient, sshConfig: string, vm: RotatedVm): Promise<Rotated[]> {
    const took = stopwatch();
    const path = `auth/approle/role/${vm.role}-vm-role`;
    const old = await secretIds(vault, path, vm.name);
    const parameters = {
        metadata: JSON.stringify({ vm: vm.name, purpose: "login" }),
        cidr_list: `${vm.address}/32`,
        token_bound_cidrs: `${vm.address}/32`,
    };
    const answer = await vault.request("POST", `${path}/secret-id`, parameters, { wrapTtl });
    if (!answer?.wrap_info) throw new Error(`Vault did not wrap the new secret-id of ${vm.name}`);
    const login = `${agentProgram} login`;
    await ssh({ sshConfig, host: vm.name }, login, { input: `${answer.wrap_info.token}\n`, timeoutMs: 120_000 });
    for (const { accessor } of old) {
        // used up meanwhile: then it is gone by itself
        await vault
            .request("POST", `${path}/secret-id-accessor/destroy`, { secret_id_accessor: accessor })
            .catch((error: Error) => {
                if (!/invalid accessor|failed to find accessor/.test(error.message)) throw error;
            });
    }
    const now = (await secretIds(vault, path, vm.name)).filter(({ accessor }) =>
        old.every((before) => before.accessor !== accessor),
    );
    if (now.length === 0) throw new Error("the VM holds no new secret-id for its next login");
    return [{ name: `${vm.name}/approle`, from: accessors(old), to: accessors(now), seconds: took() }];
}

/** New identities for the VMs: each logs in with a new secret-id, and the ones before it are destroyed. */
export async function rotateIdentities(vault: VaultClient, { sshConfig, vms, vm }: RotationJob): Promise<Outcome> {
    const chosen = vms.filter(({ name }) => vm === undefined || name === vm);
    return merged(
        await Promise.all(
            chosen.map((each) => attempt(`identity of ${each.name}`, () => newIdentity(vault, sshConfig, each))),
        ),
    );
}
