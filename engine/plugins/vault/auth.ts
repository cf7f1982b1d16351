import type { Properties, ResourceType } from "../plugin";
import type { VaultApi } from "./api";
import { pathObject, type PathField } from "./path-object";

const name = { shape: "string", required: true, replaces: true, inPath: true } as const satisfies PathField;
const seconds = { shape: "integer" } as const satisfies PathField;
const cidrs = { shape: { set: "string" } } as const satisfies PathField;

/** vault:index/policy:Policy. Writing a policy replaces one of the same name. */
export const policyType = (api: () => VaultApi): ResourceType =>
    pathObject(api, {
        fields: { name, policy: { shape: "string", required: true } },
        others: { namespace: null },
        id: (inputs) => inputs.name as string,
        path: (inputs) => `sys/policies/acl/${inputs.name as string}`,
    });

/** vault:appRole/authBackendRole:AuthBackendRole. */
export const appRoleType = (api: () => VaultApi): ResourceType =>
    pathObject(api, {
        fields: {
            backend: { shape: "string", default: "approle", replaces: true, inPath: true },
            roleName: name,
            bindSecretId: { shape: "boolean", default: true },
            localSecretIds: { shape: "boolean", default: false, fillsEmpty: true, replaces: true, onCreate: true },
            secretIdBoundCidrs: cidrs,
            secretIdNumUses: seconds,
            secretIdTtl: { shape: "integer" },
            tokenBoundCidrs: cidrs,
            tokenExplicitMaxTtl: seconds,
            tokenMaxTtl: seconds,
            tokenNoDefaultPolicy: { shape: "boolean" },
            tokenNumUses: seconds,
            tokenPeriod: seconds,
            tokenPolicies: { shape: { set: "string" } },
            tokenTtl: seconds,
            tokenType: { shape: "string", default: "default" },
        },
        computed: ["roleId"],
        others: { aliasMetadata: null, namespace: null },
        path: ({ backend, roleName }: Properties) => `auth/${backend as string}/role/${roleName as string}`,
        readMore: async (server, id) => ({ roleId: (await server.read(`${id}/role-id`))?.role_id }),
    });
