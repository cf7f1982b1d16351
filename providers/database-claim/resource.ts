import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";
import type { PostgresLoginArgs } from "../postgres-login";

export interface DatabaseClaimArgs extends PostgresLoginArgs {
    /** Names that are to be free. */
    roles: pulumi.Input<string[]>;
    databases: pulumi.Input<string[]>;
}

/**
 * Makes sure, before anything is made on a server, that what the platform wants to have there is free: someone else's
 * databases and users are never touched.
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
