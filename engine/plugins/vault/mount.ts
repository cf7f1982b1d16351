import { VaultError } from "../../../clients/vault/client";
import type { Fields } from "../inputs";
import { nulls, objectType } from "../object";
import type { Properties, ResourceType, Value } from "../plugin";
import type { VaultApi, VaultData } from "./api";

const seconds = { shape: "integer", computed: true } as const;

/** A property that can only be false here. */
const never = { shape: "boolean", default: false, fillsEmpty: true } as const;

const mountFields: Fields = {
    path: { shape: "string", required: true },
    type: { shape: "string", required: true, replaces: true },
    description: { shape: "string" },
    options: { shape: { map: "string" } },
    defaultLeaseTtlSeconds: seconds,
    maxLeaseTtlSeconds: seconds,
    local: { shape: "boolean", replaces: true },
    sealWrap: { shape: "boolean", replaces: true, computed: true },
    externalEntropyAccess: { ...never, replaces: true },
};

const authFields: Fields = {
    type: { shape: "string", required: true, replaces: true },
    path: { shape: "string", computed: true },
    description: { shape: "string" },
    local: { shape: "boolean", replaces: true },
    disableRemount: never,
};

const trimmed = (path: string): string => path.replace(/^\/+|\/+$/g, "");
const duration = (value: Value | undefined): string => `${Number(value ?? 0)}s`;

async function mountAt(api: VaultApi, table: string, path: string): Promise<VaultData | undefined> {
    const mounts = await api.read(table);
    return mounts?.[`${trimmed(path)}/`] as VaultData | undefined;
}

/**
 * Makes the mount, or finds that a killed run has made it without recording it: the description identifies the mount of one
 * stack.
 */
async function enable(api: VaultApi, table: string, path: string, body: VaultData): Promise<void> {
    try {
        await api.write(`${table}/${path}`, body);
    } catch (error) {
        const taken = error instanceof VaultError && error.status === 400 && /already in use/.test(error.message);
        const there = taken ? await mountAt(api, table, path) : undefined;
        if (!there || there.type !== body.type || !body.description || there.description !== body.description)
            throw error;
    }
}

/** vault:index/mount:Mount. */
export function mountType(api: () => VaultApi): ResourceType {
    const tuning = (inputs: Properties): VaultData => ({
        default_lease_ttl: duration(inputs.defaultLeaseTtlSeconds),
        max_lease_ttl: duration(inputs.maxLeaseTtlSeconds),
        options: inputs.options ?? {},
    });
    return objectType({
        fields: mountFields,
        computed: ["accessor"],
        others: {
            ...nulls("allowedManagedKeys", "allowedResponseHeaders", "delegatedAuthAccessors", "namespace"),
            ...nulls("passthroughRequestHeaders", "pluginVersion"),
            auditNonHmacRequestKeys: [],
            auditNonHmacResponseKeys: [],
            forceNoCache: false,
            identityTokenKey: "",
            listingVisibility: "",
        },
        async create(inputs) {
            const path = trimmed(inputs.path as string);
            const { options, ...config } = tuning(inputs);
            await enable(api(), "sys/mounts", path, {
                type: inputs.type,
                description: inputs.description ?? "",
                config,
                options,
                local: inputs.local ?? false,
                seal_wrap: inputs.sealWrap ?? false,
            });
            return { id: inputs.path as string };
        },
        async read(id, known) {
            const seen = await mountAt(api(), "sys/mounts", id);
            if (!seen) return undefined;
            const config = seen.config as VaultData;
            return {
                path: id,
                type: known.type === "kv-v2" && seen.type === "kv" ? "kv-v2" : seen.type,
                description: seen.description,
                options: seen.options ?? {},
                defaultLeaseTtlSeconds: config.default_lease_ttl,
                maxLeaseTtlSeconds: config.max_lease_ttl,
                local: seen.local,
                sealWrap: seen.seal_wrap,
                accessor: seen.accessor,
            };
        },
        async update(id, olds, inputs) {
            const path = trimmed(inputs.path as string);
            if (path !== trimmed(id)) {
                throw new Error(`path ${id} can't be changed to ${path} without the official plugin; name a new mount`);
            }
            const tuned = tuning(inputs);
            if (inputs.description !== olds.description) tuned.description = inputs.description ?? "";
            await api().write(`sys/mounts/${path}/tune`, tuned);
        },
        delete: (id) => api().remove(`sys/mounts/${trimmed(id)}`),
    });
}

/** `768h0m0s` in the official provider's notation: without trailing zero units. */
function shortDuration(total: Value | undefined): string {
    const seconds = Number(total ?? 0);
    const parts = [`${Math.floor(seconds / 3600)}h`, `${Math.floor(seconds / 60) % 60}m`, `${seconds % 60}s`];
    while (parts.length > 1 && parts.at(-1)!.startsWith("0")) parts.pop();
    return parts.join("");
}

/** The tuning of an auth method, which is not an input here. */
async function tuneOf(api: VaultApi, id: string): Promise<Value> {
    const seen = (await api.read(`sys/auth/${id}/tune`)) ?? {};
    return {
        allowedResponseHeaders: seen.allowed_response_headers ?? [],
        auditNonHmacRequestKeys: seen.audit_non_hmac_request_keys ?? [],
        auditNonHmacResponseKeys: seen.audit_non_hmac_response_keys ?? [],
        defaultLeaseTtl: shortDuration(seen.default_lease_ttl),
        listingVisibility: seen.listing_visibility ?? "",
        maxLeaseTtl: shortDuration(seen.max_lease_ttl),
        passthroughRequestHeaders: seen.passthrough_request_headers ?? [],
        tokenType: seen.token_type ?? "",
    };
}

/** vault:index/authBackend:AuthBackend. */
export function authBackendType(api: () => VaultApi): ResourceType {
    return objectType({
        fields: authFields,
        computed: ["accessor", "tune"],
        others: nulls("identityTokenKey", "namespace"),
        schemaVersion: "1",
        async create(inputs) {
            const path = trimmed((inputs.path ?? inputs.type) as string);
            await enable(api(), "sys/auth", path, {
                type: inputs.type,
                description: inputs.description ?? "",
                local: inputs.local ?? false,
            });
            return { id: path };
        },
        async read(id) {
            const seen = await mountAt(api(), "sys/auth", id);
            return (
                seen && {
                    path: id,
                    type: seen.type,
                    description: seen.description,
                    local: seen.local,
                    accessor: seen.accessor,
                    tune: await tuneOf(api(), id),
                }
            );
        },
        async update(id, _olds, inputs) {
            if (inputs.path !== undefined && trimmed(inputs.path as string) !== id) {
                throw new Error(`path ${id} can't be changed without the official plugin; name a new auth backend`);
            }
            await api().write(`sys/auth/${id}/tune`, { description: inputs.description ?? "" });
        },
        delete: (id) => api().remove(`sys/auth/${id}`),
    });
}
