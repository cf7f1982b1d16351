import { vaultText, type VaultClient } from "../../clients/vault/client";
import { logIn } from "../../providers/vault-identity/identity";
import { appRoleOf } from "../../services/identities";
import { attempt, merged, stopwatch, type Outcome, type Rotated, type RotatedVm, type RotationJob } from "./job";

/** Accessors of the secret-ids that a VM could log in with. */
async function secretIds(vault: VaultClient, path: string, vm: string): Promise<string[]> {
    const found: string[] = [];
    for (const accessor of await vault.list(`${path}/secret-id`)) {
        const body = { secret_id_accessor: accessor };
        // one that was used since the list was made is not found, or refused
        const answer = await vault.request("POST", `${path}/secret-id-accessor/lookup`, body).catch(() => undefined);
        const metadata = answer?.data?.metadata as { vm?: string } | undefined;
        if (metadata?.vm === vm) found.push(accessor);
    }
    return found;
}

async function newIdentity(vault: VaultClient, job: RotationJob, vm: RotatedVm): Promise<Rotated[]> {
    const took = stopwatch();
    const role = appRoleOf(vm.role);
    const path = `auth/approle/role/${role}`;
    const before = await secretIds(vault, path, vm.name);
    const roleId = vaultText(await vault.request("GET", `${path}/role-id`), "role_id");
    if (!roleId) throw new Error(`there is no AppRole ${role}`);
    await logIn({
        sshConfig: job.sshConfig,
        host: vm.name,
        address: vm.address,
        role,
        roleId,
        vaultAddress: job.vault.address,
        ca: job.vault.ca,
        token: job.vault.token,
    });
    const after = await secretIds(vault, path, vm.name);
    const old = after.filter((accessor) => before.includes(accessor));
    for (const accessor of old) {
        await vault.request("POST", `${path}/secret-id-accessor/destroy`, { secret_id_accessor: accessor });
    }
    const now = after.filter((accessor) => !old.includes(accessor));
    if (now.length === 0) throw new Error("the VM holds no new secret-id for its next login");
    return [{ name: `${vm.name}/approle`, from: before.join(" ") || "none", to: now.join(" "), seconds: took() }];
}

/** Makes new identities for the VMs: each logs in with a new secret-id, and the previous ones are destroyed. */
export async function rotateIdentities(vault: VaultClient, job: RotationJob): Promise<Outcome> {
    const chosen = job.vms.filter(({ name }) => job.vm === undefined || name === job.vm);
    return merged(
        await Promise.all(
            chosen.map((each) => attempt(`identity of ${each.name}`, () => newIdentity(vault, job, each))),
        ),
    );
}
