import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { vaultText, type VaultClient } from "../../clients/vault/client";
import { logIn, renderAnew, type CoreIdentityDefinition } from "../../providers/core-identity/identity";
import { appRoleOf } from "../../services/identities";
import { vaultSerial } from "./certificates";
import { attempt, stopwatch, type Outcome, type Rotated, type RotationJob } from "./job";

const role = appRoleOf("core");
const rolePath = `auth/approle/role/${role}`;

/** How to reach the agent of the core services; undefined if they are not this stack's. */
export async function coreDefinition(
    vault: VaultClient,
    job: RotationJob,
): Promise<CoreIdentityDefinition | undefined> {
    if (!job.core) return undefined;
    const roleId = vaultText(await vault.request("GET", `${rolePath}/role-id`), "role_id");
    if (!roleId) throw new Error(`there is no AppRole ${role}`);
    return { ...job.core, role, roleId, vaultAddress: job.vault.address, token: job.vault.token };
}

const serials = ({ certificates }: CoreIdentityDefinition): string[] =>
    certificates.map((file) => new X509Certificate(fs.readFileSync(file)).serialNumber);

/** Of `.../core/postgres/tls/server.pem`, postgres. */
const serverOf = (file: string): string => path.basename(path.dirname(path.dirname(file)));

/** Issues new certificates for OpenBao and PostgreSQL, if they belong to the stack. */
export function rotateCoreCertificates(vault: VaultClient, job: RotationJob): Promise<Outcome> {
    return attempt("certificates of the core services", async () => {
        const took = stopwatch();
        const core = job.vm ? undefined : await coreDefinition(vault, job);
        if (!core) return [];
        const before = serials(core);
        await renderAnew(core, "certs");
        const after = serials(core);
        for (const serial of before) {
            await vault.request("POST", "pki_int/revoke", { serial_number: vaultSerial(serial) });
        }
        return core.certificates.map((file, n) => ({
            name: `core/${serverOf(file)}-cert`,
            from: before[n],
            to: after[n],
            seconds: took(),
        }));
    });
}

/** Makes a new identity for the agent of the core services, if they belong to the stack. */
export function rotateCoreIdentity(vault: VaultClient, job: RotationJob): Promise<Outcome> {
    return attempt("identity of the core services", async (): Promise<Rotated[]> => {
        const took = stopwatch();
        const core = job.vm ? undefined : await coreDefinition(vault, job);
        if (!core) return [];
        const before = await vault.list(`${rolePath}/secret-id`);
        await logIn(core);
        const after = await vault.list(`${rolePath}/secret-id`);
        for (const accessor of after.filter((each) => before.includes(each))) {
            await vault.request("POST", `${rolePath}/secret-id-accessor/destroy`, { secret_id_accessor: accessor });
        }
        const now = after.filter((each) => !before.includes(each));
        return [{ name: "core/approle", from: before.join(" ") || "none", to: now.join(" "), seconds: took() }];
    });
}
