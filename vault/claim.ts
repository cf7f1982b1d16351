import { VaultError, type VaultClient } from "../clients/vault/client";
import { authMounts, mounts } from "../services/openbao/mounts";
import { policyNames } from "../services/policy-names";

type MountTable = Record<string, { description?: string } | null>;

async function tableOf(client: VaultClient, path: string): Promise<MountTable> {
    return ((await client.request("GET", path))?.data ?? {}) as MountTable;
}

const taken = (table: MountTable, paths: readonly string[], marker: string): string[] =>
    paths.filter((path) => {
        const there = table[`${path}/`];
        return there && there.description !== marker;
    });

/** What conflicts with the platform on a server, in words; mounts with `marker` are its own. */
export async function foreignObjects(client: VaultClient, marker: string): Promise<string[]> {
    const secrets = taken(await tableOf(client, "sys/mounts"), mounts, marker);
    const auths = taken(await tableOf(client, "sys/auth"), authMounts, marker);
    // policies have no marker: they are the platform's own if the auth method that assigns them is
    const own = (await tableOf(client, "sys/auth"))["approle/"]?.description === marker;
    const policies = own ? [] : await client.list("sys/policies/acl").catch(forbidden);
    return [
        ...secrets.map((path) => `mount ${path}/`),
        ...auths.map((path) => `auth method ${path}/`),
        ...policies.filter((name) => policyNames.includes(name)).map((name) => `policy ${name}`),
    ];
}

/** A token that may not list policies can't tell whether one conflicts. */
function forbidden(error: unknown): string[] {
    if (error instanceof VaultError && error.status === 403) return [];
    throw error;
}
