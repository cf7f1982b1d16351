import { randomBytes } from "node:crypto";
import type { VaultClient } from "../../clients/vault/client";
import { renderAnew as renderInCore } from "../../providers/core-identity/identity";
import { coreDefinition } from "./core";
import { attempt, merged, stopwatch, type Outcome, type Rotated, type RotationJob } from "./job";
import { renderAnew } from "./render";

/** A secret in the key-value engine (version 2). */
interface Versioned {
    fields: Record<string, string>;
    version: number;
}

async function read(vault: VaultClient, secret: string): Promise<Versioned> {
    const answer = await vault.request("GET", `secret/data/${secret}`);
    const data = answer?.data as { data?: Record<string, string>; metadata?: { version: number } } | undefined;
    if (!data?.data?.password || !data.metadata) throw new Error(`secret/${secret} holds no password`);
    return { fields: data.data, version: data.metadata.version };
}

/** Fails if somebody else has written the secret meanwhile. @returns the new version */
async function write(vault: VaultClient, secret: string, { fields, version }: Versioned): Promise<number> {
    const body = { data: fields, options: { cas: version } };
    const answer = await vault.request("POST", `secret/data/${secret}`, body);
    return Number(answer?.data?.version);
}

const password = (): string => randomBytes(24).toString("base64url");

/**
 * Sets new passwords for clients of servers in the core. A server accepts the old and the new password while its clients change
 * over, and rejects the old one when all of them have the new one: no connection ends, and none is refused.
 */
export function rotateAccounts(vault: VaultClient, job: RotationJob): Promise<Outcome> {
    const accounts = job.accounts.filter(({ vms }) => job.vm === undefined || vms.includes(job.vm));
    const names = accounts.map(({ secret }) => `secret/${secret}`).join(", ");
    return attempt(`passwords of ${names}`, async (): Promise<Rotated[]> => {
        const took = stopwatch();
        const core = accounts.length > 0 ? await coreDefinition(vault, job) : undefined;
        if (!core) return [];
        const begun = await Promise.all(
            accounts.map(async ({ secret }) => {
                const { fields, version } = await read(vault, secret);
                const both = { ...fields, password: password(), previous: fields.password };
                return {
                    secret,
                    from: version,
                    fields: both,
                    version: await write(vault, secret, { fields: both, version }),
                };
            }),
        );
        await renderInCore(core, "kv");
        const vms = [...new Set(accounts.flatMap((account) => account.vms))];
        await renderOn(job.sshConfig, vms);
        const rotated = await Promise.all(
            begun.map(async ({ secret, from, fields, version }) => {
                const to = await write(vault, secret, { fields: { ...fields, previous: "" }, version });
                return { name: `secret/${secret}`, from: `version ${from}`, to: `version ${to}` };
            }),
        );
        await renderInCore(core, "kv");
        return rotated.map((each) => ({ ...each, seconds: took() }));
    });
}

/** @throws Error naming the VMs that do not have the new ones; the old ones stay valid */
async function renderOn(sshConfig: string, vms: string[]): Promise<void> {
    const ends = await Promise.all(vms.map((vm) => attempt(vm, () => renderAnew(sshConfig, vm, "kv").then(() => []))));
    const { failures } = merged(ends);
    if (failures.length > 0) throw new Error(`the old ones stay good until the next rotation: ${failures.join("\n")}`);
}
