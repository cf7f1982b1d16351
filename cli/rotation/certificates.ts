import type { VaultClient } from "../../clients/vault/client";
import { attempt, merged, stopwatch, type Outcome, type Rotated, type RotatedVm, type RotationJob } from "./job";
import { renderAnew } from "./render";

/** Vault's notation of a serial number: pairs of lower-case hex digits, joined by colons. */
export const vaultSerial = (serial: string): string =>
    (serial.replaceAll(":", "").toLowerCase().match(/../g) ?? []).join(":");

async function renew(vault: VaultClient, sshConfig: string, { name: host }: RotatedVm): Promise<Rotated[]> {
    const took = stopwatch();
    const rotated: Rotated[] = [];
    for (const { name, from, to } of await renderAnew(sshConfig, host, "certs")) {
        if (from === to) throw new Error(`certificate ${name} is still ${from}`);
        await vault.request("POST", "pki_int/revoke", { serial_number: vaultSerial(from) });
        rotated.push({ name: `${host}/${name}`, from, to, seconds: took() });
    }
    return rotated;
}

/** Issues new certificates for the services of the VMs and revokes the old ones once the services use the new ones. */
export async function rotateCertificates(vault: VaultClient, { sshConfig, vms, vm }: RotationJob): Promise<Outcome> {
    const chosen = vms.filter(({ name }) => vm === undefined || name === vm);
    return merged(
        await Promise.all(
            chosen.map((each) => attempt(`certificates of ${each.name}`, () => renew(vault, sshConfig, each))),
        ),
    );
}
