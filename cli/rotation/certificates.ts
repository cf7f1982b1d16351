import { agentProgram, parseAgent, type AgentCertificate } from "../platform/agent";
import { ssh } from "../../process/ssh";
import type { VaultClient } from "../../vault/client";
import { attempt, merged, stopwatch, type Outcome, type Rotated, type RotatedVm, type RotationJob } from "./job";

/** One trip: what the agent has, new certificates, what it has then. A failed rendering is told by the exit status. */
const script = [
    `${agentProgram} status`,
    "echo @after",
    `${agentProgram} render certs >&2`,
    "rendered=$?",
    `${agentProgram} status`,
    "exit $rendered",
].join("\n");

/** Vault's way to write a serial number: pairs of lower-case hex digits, joined by colons. */
export const vaultSerial = (serial: string): string =>
    (serial.replaceAll(":", "").toLowerCase().match(/../g) ?? []).join(":");

/** Pairs of a certificate before and after, by name. @throws Error naming one that did not change */
export function changed(before: AgentCertificate[], after: AgentCertificate[]): [AgentCertificate, AgentCertificate][] {
    return before.map((old) => {
        const now = after.find(({ name }) => name === old.name);
        if (!now || now.serial === old.serial) throw new Error(`certificate ${old.name} is still ${old.serial}`);
        return [old, now];
    });
}

async function renew(vault: VaultClient, sshConfig: string, { name: host }: RotatedVm): Promise<Rotated[]> {
    const took = stopwatch();
    const { stdout } = await ssh({ sshConfig, host }, script, { timeoutMs: 120_000 });
    const [before, after] = stdout.split("@after\n").map((text) => parseAgent(text).certificates);
    const rotated: Rotated[] = [];
    for (const [old, now] of changed(before, after)) {
        await vault.request("POST", "pki_int/revoke", { serial_number: vaultSerial(old.serial) });
        rotated.push({ name: `${host}/${old.name}`, from: old.serial, to: now.serial, seconds: took() });
    }
    return rotated;
}

/** New certificates for the services of the VMs; the old ones are revoked once the services have the new ones. */
export async function rotateCertificates(vault: VaultClient, { sshConfig, vms, vm }: RotationJob): Promise<Outcome> {
    const chosen = vms.filter(({ name }) => vm === undefined || name === vm);
    return merged(
        await Promise.all(
            chosen.map((each) => attempt(`certificates of ${each.name}`, () => renew(vault, sshConfig, each))),
        ),
    );
}
