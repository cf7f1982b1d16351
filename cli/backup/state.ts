import * as fs from "node:fs";
import * as path from "node:path";
import { readCheckpoint } from "../../engine/backend/checkpoint";
import { replaceFile } from "../../engine/backend/writer";
import type { ResourceState } from "../../engine/state";
import { isProviderType, isStackType, packageOfType } from "../../engine/urn";

type StoredResource = Pick<
    ResourceState,
    "urn" | "type" | "custom" | "parent" | "dependencies" | "propertyDependencies" | "deletedWith"
>;

/** A checkpoint as both engines write it. */
export interface StoredState {
    checkpoint: {
        latest?: {
            resources?: StoredResource[];
            pending_operations?: { resource: StoredResource }[];
        };
    };
}

/** Packages whose resources are in the state alone, in OpenBao's data, or in PostgreSQL's. */
const keptPackages = ["random", "vault", "postgresql"];

/** Our own types of which the same is true, and the ssh keys, which a backup has as files. */
const keptTypes = [
    ...["CdrPolicies", "DatabaseClaim", "Migrations", "Subscribers"],
    ...["VaultClaim", "VaultLogin", "VaultPassword"],
    "SshAccess",
].map((type) => `pulumi-nodejs:dynamic/voip:${type}`);

/** Whether a restored backup has what the resource stands for; if not, it went with the machine: VMs, containers, images, files. */
function isKept({ type, custom }: Pick<StoredResource, "type" | "custom">): boolean {
    if (!custom || isStackType(type) || isProviderType(type)) return true;
    return keptPackages.includes(packageOfType(type)) || keptTypes.includes(type);
}

/** A resource that no longer refers to those that are gone. */
function without(resource: StoredResource, gone: ReadonlySet<string>): StoredResource {
    const { deletedWith, dependencies, propertyDependencies } = resource;
    const keep = (urns: string[]): string[] => urns.filter((urn) => !gone.has(urn));
    return {
        ...resource,
        ...(deletedWith && gone.has(deletedWith) ? { deletedWith: undefined } : {}),
        ...(dependencies ? { dependencies: keep(dependencies) } : {}),
        ...(propertyDependencies
            ? {
                  propertyDependencies: Object.fromEntries(
                      Object.entries(propertyDependencies).map(([name, urns]) => [name, keep(urns ?? [])]),
                  ),
              }
            : {}),
    };
}

/**
 * The state of a stack whose machine is lost: what the backup has stays, with every secret and id. The rest is left out, as if
 * a refresh had found it gone, and the next `up` makes it anew.
 */
export function withoutLost(stored: StoredState): StoredState {
    const { latest } = stored.checkpoint;
    const resources = latest?.resources ?? [];
    const gone = new Set(resources.filter((resource) => !isKept(resource)).map(({ urn }) => urn));
    return {
        ...stored,
        checkpoint: {
            ...stored.checkpoint,
            latest: {
                ...latest,
                resources: resources.filter(({ urn }) => !gone.has(urn)).map((resource) => without(resource, gone)),
                pending_operations: [],
            },
        },
    };
}

/** The files of the state's part. */
export const stateFiles = (stack: string) => ({ checkpoint: `${stack}.json`, config: `Pulumi.${stack}.yaml` });

/** Puts a state from a backup into a file backend, without what went with the machine. @throws Error if it can't be read */
export async function placeState(
    from: string,
    { meta, checkpoint }: { meta: string; checkpoint: string },
): Promise<void> {
    readCheckpoint(from); // reports what is wrong with it
    const stored = JSON.parse(fs.readFileSync(from, "utf8")) as StoredState;
    fs.mkdirSync(path.dirname(checkpoint), { recursive: true });
    if (!fs.existsSync(meta)) await replaceFile(meta, "version: 1\n");
    await replaceFile(checkpoint, JSON.stringify(withoutLost(stored)));
}
