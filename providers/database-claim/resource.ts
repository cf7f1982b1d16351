import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";
import type { PostgresLoginArgs } from "../postgres-login";

export interface DatabaseClaimArgs extends PostgresLoginArgs {
    /** Names that must be free. */
    roles: pulumi.Input<string[]>;
    databases: pulumi.Input<string[]>;
}

/**
 * Checks, before anything is made on a server, that the names the platform needs there are free: other databases and users are
 * never touched.
 */
export class DatabaseClaim extends DynamicResource {
    constructor(name: string, args: DatabaseClaimArgs, opts?: pulumi.CustomResourceOptions) {
        super(
            { type: "DatabaseClaim", provider: "providers/database-claim/provider.ts", outputs: [] },
            name,
            args,
            opts,
        );
    }
}
