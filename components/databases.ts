import * as pulumi from "@pulumi/pulumi";
import type { PostgresAccess } from "./core-services";
import { componentType } from "./token";

/** The databases, each with the role that owns it and all that is in it (ADR-006). */
export const databaseOwners = {
    opensips: "opensips",
    kamailio: "kamailio",
    asterisk: "asterisk",
    freeswitch: "freeswitch",
    homer: "homer",
    cdr: "cdr_writer",
} as const;
export type DatabaseName = keyof typeof databaseOwners;

/** Roles that log in under their own name, with a password that only Vault's database engine and its readers know. */
export const staticRoles = ["opensips", "kamailio", "homer", "cdr_writer"] as const;

/** Roles that nobody logs in as: the engine makes short-lived members of them. */
export const dynamicRoles = ["asterisk", "freeswitch"] as const;

export interface DatabasesArgs {
    postgres: PostgresAccess;
    /** The server is this stack's alone: its own databases are closed to everybody else's users as well. */
    exclusive: boolean;
    /** The server, where it belongs to this stack: what is in it goes with it. */
    deletedWith?: pulumi.Resource;
}

/** What the CDRs are kept by: the community edition of TimescaleDB has policies, the Apache edition needs a schedule. */
export interface CdrStorage {
    license: string;
    retention: "policy" | "scheduled";
}

/** Databases, their users, schemas, and the administrator that Vault's database engine works as. */
export class Databases extends pulumi.ComponentResource {
    /** The database engine's own account: may make roles and set the passwords of ours, and is no superuser. */
    readonly admin: { user: string; password: pulumi.Output<string> };
    readonly cdrStorage: pulumi.Output<CdrStorage>;
    /** All of them, with their tables: for `dependsOn`. */
    readonly resources: pulumi.Resource[];

    constructor(name: string, args: DatabasesArgs, opts?: pulumi.ComponentResourceOptions) {
        super(componentType("Databases"), name, {}, opts);
        throw new Error(`${name}: ${Object.keys(args).join()}`);
    }
}
