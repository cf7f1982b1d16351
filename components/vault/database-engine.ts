import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import type { PostgresAccess } from "../core-access";
import { dynamicAccounts, staticAccounts } from "../../services/postgres/accounts";
import type { Databases } from "../databases";

export interface DatabaseEngineArgs {
    marker: pulumi.Input<string>;
    postgres: PostgresAccess;
    databases: Databases;
    /** CA certificates (PEM) that PostgreSQL may use, besides those that it is already known by. */
    ca: pulumi.Input<string>;
    /** Seconds until a password is changed, or a user ends. */
    databaseSeconds: number;
}

/** The lease's own user, a member of the database's account. It acts as that: a session outlives its user. */
const creation = (role: string): string[] => [
    `CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE "${role}"`,
    `ALTER ROLE "{{name}}" SET role = '${role}'`,
];

/** `database/`: the connection to PostgreSQL, static roles for the proxies, dynamic ones for the PBXs (ADR-012). */
export function makeDatabaseEngine(
    name: string,
    args: DatabaseEngineArgs,
    options: pulumi.CustomResourceOptions,
): void {
    const { host, port, ca, caFileOnVault } = args.postgres;
    const { admin, resources } = args.databases;
    const mount = new vault.Mount(
        `${name}-database`,
        {
            path: "database",
            type: "database",
            description: args.marker,
            maxLeaseTtlSeconds: args.databaseSeconds,
            defaultLeaseTtlSeconds: args.databaseSeconds,
        },
        options,
    );
    const inMount = { ...options, deletedWith: options.deletedWith ?? mount };
    const url = pulumi.interpolate`postgresql://{{username}}:{{password}}@${host}:${port}/postgres?sslmode=verify-full`;
    const connection = new vault.database.SecretBackendConnection(
        `${name}-postgres`,
        {
            backend: mount.path,
            name: "postgres",
            allowedRoles: [...staticAccounts, ...dynamicAccounts],
            postgresql: {
                connectionUrl: caFileOnVault ? pulumi.interpolate`${url}&sslrootcert=${caFileOnVault}` : url,
                username: admin.user,
                password: admin.password,
                passwordAuthentication: "scram-sha-256", // PostgreSQL never sees a password, nor can it log one
                tlsCa: pulumi.concat(ca, args.ca), // OpenBao does not know this field and ignores it
                maxOpenConnections: 4,
            },
        },
        { ...inMount, dependsOn: resources },
    );
    const common = { backend: mount.path, dbName: connection.name };
    for (const role of staticAccounts) {
        new vault.database.SecretBackendStaticRole(
            `${name}-${role}-database`,
            { ...common, name: role, username: role, rotationPeriod: args.databaseSeconds },
            inMount,
        );
    }
    for (const role of dynamicAccounts) {
        new vault.database.SecretBackendRole(
            `${name}-${role}-database`,
            {
                ...common,
                name: role,
                creationStatements: creation(role),
                revocationStatements: ['DROP ROLE IF EXISTS "{{name}}"'],
                defaultTtl: args.databaseSeconds,
                maxTtl: args.databaseSeconds,
            },
            inMount,
        );
    }
}
