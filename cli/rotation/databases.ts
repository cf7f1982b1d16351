import { vaultText, type VaultClient } from "../../clients/vault/client";
import { attempt, merged, stopwatch, type Outcome, type Rotated, type RotatedVm, type RotationJob } from "./job";
import { renderAnew } from "./render";

/** The VMs whose services log in to PostgreSQL with this role; roles have the names of services. */
const users = (vms: RotatedVm[], role: string): RotatedVm[] => vms.filter(({ services }) => services.includes(role));

const lastRotation = async (vault: VaultClient, role: string): Promise<string> =>
    vaultText(await vault.request("GET", `database/static-roles/${role}`), "last_vault_rotation") ?? "never";

/** Full ids of the leases of a dynamic role. */
const leases = async (vault: VaultClient, role: string): Promise<string[]> =>
    (await vault.list(`sys/leases/lookup/database/creds/${role}`)).map((id) => `database/creds/${role}/${id}`);

const lastWord = (lease: string): string => lease.slice(lease.lastIndexOf("/") + 1);

async function render(sshConfig: string, vms: RotatedVm[]): Promise<void> {
    const ends = await Promise.allSettled(vms.map(({ name }) => renderAnew(sshConfig, name, "db")));
    const failed = ends.flatMap((end) => (end.status === "rejected" ? [(end.reason as Error).message] : []));
    if (failed.length) throw new Error(failed.join("\n"));
}

interface Roles {
    fixed: string[];
    dynamic: string[];
}

async function rolesOf(vault: VaultClient, { vms, vm }: RotationJob): Promise<Roles> {
    const chosen = (role: string): boolean => vm === undefined || users(vms, role).some(({ name }) => name === vm);
    return {
        fixed: (await vault.list("database/static-roles")).filter(chosen),
        // a dynamic role without a service has no users
        dynamic: (await vault.list("database/roles")).filter((role) => users(vms, role).length > 0 && chosen(role)),
    };
}

/** Sets a new password for the account of a role; PostgreSQL refuses the old one from that moment on. */
async function newPassword(vault: VaultClient, role: string, took: () => number): Promise<Rotated[]> {
    const from = await lastRotation(vault, role);
    await vault.request("POST", `database/rotate-role/${role}`);
    return [{ name: `database/${role}`, from, to: await lastRotation(vault, role), seconds: took() }];
}

/** Revokes the leases that a role had before its users got new ones; their accounts are dropped. */
async function endLeases(vault: VaultClient, role: string, old: string[], took: () => number): Promise<Rotated[]> {
    const now = (await leases(vault, role)).filter((lease) => !old.includes(lease));
    if (now.length === 0) throw new Error("no new lease was taken, the old one is left in use");
    for (const lease of old) await vault.request("POST", "sys/leases/revoke", { lease_id: lease, sync: true });
    const from = old.map(lastWord).join(" ") || "none";
    return [{ name: `database/${role}`, from, to: now.map(lastWord).join(" "), seconds: took() }];
}

/**
 * Sets new passwords in PostgreSQL and on the VMs. Accounts that keep their name get another password; short-lived ones are
 * replaced, and dropped when the new ones are in use.
 */
export async function rotateDatabases(vault: VaultClient, job: RotationJob): Promise<Outcome> {
    const took = stopwatch();
    const { fixed, dynamic } = await rolesOf(vault, job);
    const old = new Map<string, string[]>();
    for (const role of dynamic) old.set(role, await leases(vault, role));

    const passwords = await Promise.all(
        fixed.map((role) => attempt(`database/${role}`, () => newPassword(vault, role, took))),
    );
    const names = new Set([...fixed, ...dynamic].flatMap((role) => users(job.vms, role).map(({ name }) => name)));
    const rendered = await attempt("database passwords on the VMs", async () => {
        await render(
            job.sshConfig,
            job.vms.filter(({ name }) => names.has(name)),
        );
        return [];
    });
    // keep the old accounts of a VM that did not take new ones: its calls depend on them
    const ended = rendered.failures.length
        ? []
        : await Promise.all(
              dynamic.map((role) =>
                  attempt(`database/${role}`, () => endLeases(vault, role, old.get(role) ?? [], took)),
              ),
          );
    const inUse = merged(passwords);
    const stamped = { ...inUse, rotated: inUse.rotated.map((each) => ({ ...each, seconds: took() })) };
    return merged([stamped, rendered, ...ended]);
}
