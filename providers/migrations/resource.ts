import * as pulumi from "@pulumi/pulumi";
import { migrationsOf } from "../../databases/migrations";
import { DynamicResource } from "../dynamic";
import type { PostgresLoginArgs } from "../postgres-login";

export interface MigrationsArgs extends PostgresLoginArgs {
    database: pulumi.Input<string>;
    /** Role that owns what the migrations make. */
    owner: pulumi.Input<string>;
    /** Role that works in the database; what it owns, as in older versions, is given to `owner`. */
    account: pulumi.Input<string>;
}

/**
 * The schema of a database: all of `migrations/<database>/`, each run once, in order. The next `up` runs new ones; the data in
 * the tables stays. A refresh finds a migration that the database has not had.
 */
export class Migrations extends DynamicResource {
    constructor(name: string, args: MigrationsArgs, opts?: pulumi.CustomResourceOptions) {
        const migrations = pulumi.output(args.database).apply(migrationsOf);
        const definition = { type: "Migrations", provider: "providers/migrations/provider.ts", outputs: [] };
        super(definition, name, { ...args, migrations }, opts);
    }
}
