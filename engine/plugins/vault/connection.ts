import { DEFAULTS, sameValue, type Fields } from "../inputs";
import { nulls, objectType } from "../object";
import type { Properties, ResourceType, Value } from "../plugin";
import { readUnless, type VaultApi, type VaultData } from "./api";
import { inType, snakeCase } from "./path-object";

/** The account and address of PostgreSQL, `connection_details` in the API. */
const postgresql: Fields = {
    connectionUrl: { shape: "string", required: true },
    username: { shape: "string" },
    password: { shape: "string" },
    passwordAuthentication: { shape: "string", default: "password" },
    maxOpenConnections: { shape: "integer", default: 2 },
    maxIdleConnections: { shape: "integer" },
    /** Seconds. */
    maxConnectionLifetime: { shape: "integer" },
    usernameTemplate: { shape: "string" },
    tlsCa: { shape: "string" },
};

const fields: Fields = {
    backend: { shape: "string", required: true, replaces: true },
    name: { shape: "string", required: true, replaces: true },
    allowedRoles: { shape: { list: "string" } },
    verifyConnection: { shape: "boolean", default: true },
    rootRotationStatements: { shape: { list: "string" } },
    postgresql: { shape: { object: postgresql }, required: true },
};

const secondsOf = (duration: string): number =>
    [...duration.matchAll(/(\d+)([hms])/g)].reduce(
        (sum, [, n, unit]) => sum + Number(n) * { h: 3600, m: 60, s: 1 }[unit]!,
        0,
    );

function payload(inputs: Properties, oldPassword?: Value): VaultData {
    const { password, maxConnectionLifetime, ...given } = inputs.postgresql as Record<string, Value>;
    const details = Object.fromEntries(
        Object.entries(given)
            .filter(([name]) => name !== DEFAULTS)
            .map(([name, value]): [string, Value] => [snakeCase(name), value]),
    );
    return {
        plugin_name: "postgresql-database-plugin",
        verify_connection: inputs.verifyConnection ?? true,
        allowed_roles: (inputs.allowedRoles as string[] | undefined)?.join(",") ?? "",
        root_rotation_statements: inputs.rootRotationStatements ?? [],
        ...details,
        ...(maxConnectionLifetime !== undefined && { max_connection_lifetime: `${Number(maxConnectionLifetime)}s` }),
        // it may have been rotated since, and then only the server knows it
        ...(password !== undefined && password !== oldPassword && { password }),
    };
}

/** The official provider's values of details that are not given. */
const otherDetails: Properties = {
    authType: "",
    disableEscaping: false,
    maxConnectionLifetime: 0,
    maxIdleConnections: 0,
    passwordWo: null,
    passwordWoVersion: 0,
    privateKey: "",
    selfManaged: false,
    serviceAccountJson: "",
    tlsCertificate: "",
    usernameTemplate: "",
};

/** The server's report, with known values for what it never reports (the password) or reports incompletely (the URL). */
function observed(data: VaultData, known: Properties): Properties {
    const details = data.connection_details as VaultData;
    const given = known.postgresql as Properties;
    const seen: Properties = { ...otherDetails, ...given };
    for (const [name, field] of Object.entries(postgresql)) {
        if (name === "password" || name === "connectionUrl") continue;
        const told = details[snakeCase(name)];
        const value =
            name === "maxConnectionLifetime" && typeof told === "string" ? secondsOf(told) : inType(field, told);
        if (value !== undefined && !sameValue(field, given[name], value)) seen[name] = value;
    }
    return {
        allowedRoles: data.allowed_roles ?? [],
        rootRotationStatements: data.root_credentials_rotate_statements ?? [],
        postgresql: seen,
        pluginName: data.plugin_name,
    };
}

/** vault:database/secretBackendConnection:SecretBackendConnection, to PostgreSQL. */
export function connectionType(api: () => VaultApi): ResourceType {
    return objectType({
        fields,
        computed: ["pluginName"],
        others: {
            ...nulls("cassandra", "couchbase", "data", "disableAutomatedRotation", "elasticsearch", "hana", "influxdb"),
            ...nulls(
                "mongodb",
                "mongodbatlas",
                "mssql",
                "mysql",
                "mysqlAurora",
                "mysqlLegacy",
                "mysqlRds",
                "namespace",
            ),
            ...nulls("oracle", "redis", "redisElasticache", "redshift", "rotationPeriod", "rotationSchedule"),
            ...nulls("rotationWindow", "skipStaticRoleImportRotation", "snowflake"),
            passwordPolicy: "",
            pluginVersion: "",
        },
        secretOutputs: ["postgresql.password", "postgresql.passwordWo"],
        async create(inputs) {
            const id = `${inputs.backend as string}/config/${inputs.name as string}`;
            await api().write(id, payload(inputs));
            return { id };
        },
        async read(id, known) {
            const data = await readUnless(api(), id, /no such/);
            return data && observed(data, known);
        },
        async update(id, olds, inputs) {
            const old = olds.postgresql as Properties | undefined;
            await api().write(id, payload(inputs, old?.password));
        },
        delete: (id) => api().remove(id),
    });
}
