import { nulls } from "../object";
import type { Properties, ResourceType } from "../plugin";
import type { VaultApi } from "./api";
import { pathObject, type PathField } from "./path-object";

const inPath = { shape: "string", required: true, replaces: true, inPath: true } as const satisfies PathField;
const dbName = { shape: "string", required: true, replaces: true } as const satisfies PathField;
const statements = { shape: { list: "string" } } as const satisfies PathField;
const seconds = { shape: "integer" } as const satisfies PathField;

const pathOf = (kind: string) => (inputs: Properties) => `${inputs.backend as string}/${kind}/${inputs.name as string}`;

/** vault:database/secretBackendRole:SecretBackendRole: makes a user for each lease. */
export const dynamicRoleType = (api: () => VaultApi): ResourceType =>
    pathObject(api, {
        fields: {
            backend: inPath,
            name: inPath,
            dbName,
            creationStatements: { ...statements, required: true },
            revocationStatements: statements,
            rollbackStatements: statements,
            renewStatements: statements,
            defaultTtl: seconds,
            maxTtl: seconds,
        },
        computed: ["credentialType"],
        others: nulls("credentialConfig", "namespace"),
        path: pathOf("roles"),
    });

/** vault:database/secretBackendStaticRole:SecretBackendStaticRole: changes the password of an existing user. */
export const staticRoleType = (api: () => VaultApi): ResourceType =>
    pathObject(api, {
        fields: {
            backend: inPath,
            name: inPath,
            dbName,
            username: { shape: "string", required: true, replaces: true },
            rotationPeriod: { shape: "integer", atLeast: 5 },
            rotationStatements: statements,
        },
        computed: ["credentialType"],
        secretOutputs: ["passwordWo", "selfManagedPassword"],
        others: {
            ...nulls("credentialConfig", "namespace", "passwordWo", "passwordWoVersion", "selfManagedPassword"),
            rotationSchedule: "",
            rotationWindow: 0,
            skipImportRotation: null,
        },
        path: pathOf("static-roles"),
    });
