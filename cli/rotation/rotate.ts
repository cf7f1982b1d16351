import { VaultClient } from "../../clients/vault/client";
import { rotateAccounts } from "./accounts";
import { callsDropped, callsNow } from "./asterisk";
import { rotateCertificates } from "./certificates";
import { rotateCoreCertificates, rotateCoreIdentity } from "./core";
import { rotateDatabases } from "./databases";
import { rotateIdentities } from "./identities";
import { merged, type Kind, type Outcome, type RotationJob, type RotationReport } from "./job";

/** A VM's new identity brings a new token, which ends the leases of the old one: so identities come first. */
const parts: [Kind, (vault: VaultClient, job: RotationJob) => Promise<Outcome>][] = [
    ["approle", rotateIdentities],
    ["approle", rotateCoreIdentity],
    ["certs", rotateCertificates],
    ["certs", rotateCoreCertificates],
    ["db", rotateDatabases],
    ["kv", rotateAccounts],
];

/**
 * Changes the secrets of the named kinds, on a platform in use. If one secret can't be changed, the others still are.
 * @throws Error if a PBX does not report its calls; then nothing was changed
 */
export async function rotate(job: RotationJob): Promise<RotationReport> {
    const vault = new VaultClient(job.vault);
    const before = await callsNow(job);
    const outcomes: Outcome[] = [];
    for (const [kind, part] of parts) {
        if (job.kinds.includes(kind)) {
            outcomes.push(
                await part(vault, job).catch((error: Error) => ({
                    rotated: [],
                    failures: [`${kind}: ${error.message}`],
                })),
            );
        }
    }
    return {
        ...merged(outcomes),
        callsUp: before.reduce((sum, { calls }) => sum + calls.length, 0),
        callsDropped: await callsDropped(before, job),
    };
}
