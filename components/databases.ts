import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { CdrPolicies as CdrStorage } from "../databases/cdr-policies";
import { CdrPolicies } from "../providers/cdr-policies/resource";
import { DatabaseClaim } from "../providers/database-claim/resource";
import { Migrations } from "../providers/migrations/resource";
import type { PostgresLoginArgs } from "../providers/postgres-login";
import {
    adminAccount,
    databaseAccounts,
    databaseNames,
    dynamicAccounts,
    ownerOf,
    staticAccounts,
    type DatabaseAccount,
    type DatabaseName,
} from "../services/postgres/accounts";
import type { PostgresAccess } from "./core-access";
import { componentType } from "./token";

/** Databases with our own schema; the programs of the others bring their own. */
const migrated = ["kamailio", "asterisk", "cdr"] as const;

export interface DatabasesArgs {
    postgres: PostgresAccess;
    /** The server belongs to this stack alone: its own databases are closed to all other users as well. */
    exclusive: boolean;
    /** The resource with the server's data, if it belongs to this stack: its contents are removed with it. */
    deletedWith?: pulumi.Resource;
}

/** Databases, their users and schemas, and the administrator account of Vault's database engine. */
export class Databases extends pulumi.ComponentResource {
    /** The database engine's own account: may make roles and set the passwords of ours, and is not a superuser. */
    readonly admin: { user: string; password: pulumi.Output<string> };
    readonly cdrStorage: pulumi.Output<CdrStorage>;
    /** The one with the rows of the extensions. */
    readonly accounts: pulumi.Resource;
    /** All of them, with their tables: for `dependsOn`. */
    readonly resources: pulumi.Resource[];

    constructor(name: string, args: DatabasesArgs, opts?: pulumi.ComponentResourceOptions) {
        super(componentType("Databases"), name, {}, opts);
        const { host, port, user, password, caFile } = args.postgres;
        const { deletedWith } = args;
        const provider = new postgresql.Provider(
            `${name}-postgres`,
            {
                host,
                port,
                username: user,
                password,
                database: "postgres",
                sslmode: "verify-full",
                sslrootcert: caFile,
                superuser: false, // it may not be one; the provider then leaves passwords alone that it can't read
                connectTimeout: 30,
            },
            { parent: this },
        );
        const login = { host, port, user, password, caFile };
        // on the stack's own server, nothing can belong to others
        const claims = args.exclusive ? [] : [this.claim(name, login)];
        const options = { parent: this, provider, deletedWith, dependsOn: claims };
        const accounts = makeAccounts(name, options);
        const { databases, grants } = makeDatabases(name, accounts, claims, options);
        const { admin, memberships } = makeAdmin(name, accounts, options);
        if (args.exclusive) grants.push(...closeServer(name, admin, options));
        const timescale = new postgresql.Extension(
            `${name}-cdr-timescaledb`,
            { name: "timescaledb", database: databases.cdr.name, dropCascade: true },
            { ...options, deletedWith: databases.cdr },
        );
        const inDatabase = (database: postgresql.Database, dependsOn: pulumi.Resource[]) => ({
            parent: this,
            deletedWith: database,
            dependsOn,
        });
        const schemas = migrated.map((database) => {
            const args = { ...login, database, owner: ownerOf(database), account: databaseAccounts[database] };
            const before: pulumi.Resource[] = [databases[database], accounts[databaseAccounts[database]]];
            if (database === "cdr") before.push(timescale);
            return new Migrations(`${name}-${database}-schema`, args, inDatabase(databases[database], before));
        });
        const policies = new CdrPolicies(`${name}-cdr-policies`, login, inDatabase(databases.cdr, schemas));

        this.admin = { user: adminAccount, password: pulumi.secret(admin.password.apply((known) => known as string)) };
        this.cdrStorage = pulumi
            .all([policies.license, policies.retention])
            .apply(([license, retention]) => ({ license, retention }));
        this.accounts = databases.asterisk;
        this.resources = [...Object.values(databases), ...grants, ...memberships, ...schemas, policies];
        this.registerOutputs({ cdrStorage: this.cdrStorage });
    }

    private claim(name: string, login: PostgresLoginArgs): DatabaseClaim {
        const roles = [...staticAccounts, ...dynamicAccounts, ...databaseNames.map(ownerOf), adminAccount];
        return new DatabaseClaim(`${name}-claim`, { ...login, roles, databases: databaseNames }, { parent: this });
    }
}

/** No passwords: nobody can log in until Vault's database engine has set one. */
function makeAccounts(name: string, options: pulumi.CustomResourceOptions): Record<DatabaseAccount, postgresql.Role> {
    const role = (account: string, login: boolean) =>
        new postgresql.Role(`${name}-${account}`, { name: account, login }, options);
    return Object.fromEntries([
        ...staticAccounts.map((account) => [account, role(account, true)]),
        ...dynamicAccounts.map((account) => [account, role(account, false)]),
    ]) as Record<DatabaseAccount, postgresql.Role>;
}

/**
 * Each database belongs to a role without login. Its account may connect, nobody else may; migrations say what it may do there. It is
 * made after its account, and removed before it: a role with rights in a database can't be dropped.
 */
function makeDatabases(
    name: string,
    accounts: Record<DatabaseAccount, postgresql.Role>,
    claims: pulumi.Resource[],
    options: pulumi.CustomResourceOptions,
): { databases: Record<DatabaseName, postgresql.Database>; grants: postgresql.Grant[] } {
    const made = databaseNames.map((database) => {
        const owner = new postgresql.Role(
            `${name}-${database}-owner`,
            { name: ownerOf(database), login: false },
            options,
        );
        const resource = new postgresql.Database(
            `${name}-${database}-database`,
            { name: database, owner: owner.name, encoding: "UTF8", template: "template0" },
            { ...options, dependsOn: [...claims, accounts[databaseAccounts[database]]] },
        );
        return { database, resource };
    });
    const grants = made.flatMap(({ database, resource }) => {
        const inDatabase = { ...options, deletedWith: resource };
        const account = accounts[databaseAccounts[database]].name;
        return [
            closeDatabase(`${name}-${database}-closed`, resource.name, inDatabase),
            openDatabase(`${name}-${database}-account`, resource.name, account, inDatabase),
        ];
    });
    const databases = Object.fromEntries(made.map(({ database, resource }) => [database, resource]));
    return { databases: databases as Record<DatabaseName, postgresql.Database>, grants };
}

const closeDatabase = (name: string, database: pulumi.Input<string>, options: pulumi.CustomResourceOptions) =>
    new postgresql.Grant(name, { database, role: "public", objectType: "database", privileges: [] }, options);

const openDatabase = (
    name: string,
    database: pulumi.Input<string>,
    role: pulumi.Input<string>,
    options: pulumi.CustomResourceOptions,
) => new postgresql.Grant(name, { database, role, objectType: "database", privileges: ["CONNECT"] }, options);

function makeAdmin(
    name: string,
    accounts: Record<DatabaseAccount, postgresql.Role>,
    options: pulumi.CustomResourceOptions,
) {
    const password = new random.RandomPassword(
        `${name}-vault-admin-password`,
        { length: 32, special: false },
        { parent: options.parent },
    ).result;
    const admin = new postgresql.Role(
        `${name}-vault-admin`,
        { name: adminAccount, login: true, createRole: true, inherit: false, password },
        { ...options, ignoreChanges: ["roles"] }, // its memberships, with their options, are separate resources
    );
    const memberships = Object.entries(accounts).map(
        ([account, role]) =>
            new postgresql.GrantRole(
                `${name}-vault-admin-${account}`,
                { role: admin.name, grantRole: role.name, withAdminOption: true },
                { ...options, deletedWith: options.deletedWith ?? admin },
            ),
    );
    return { admin, memberships };
}

/** PostgreSQL lets everybody connect to its own databases; only the database engine needs that. */
function closeServer(name: string, admin: postgresql.Role, options: pulumi.CustomResourceOptions): postgresql.Grant[] {
    const maintenance = closeDatabase(`${name}-postgres-closed`, "postgres", options);
    return [
        maintenance,
        closeDatabase(`${name}-template1-closed`, "template1", options),
        openDatabase(`${name}-postgres-vault-admin`, "postgres", admin.name, { ...options, dependsOn: [maintenance] }),
    ];
}
