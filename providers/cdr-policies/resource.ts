import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";
import type { PostgresLoginArgs } from "../postgres-login";

/** What the server does automatically with old CDRs, as far as its edition of TimescaleDB supports it. */
export class CdrPolicies extends DynamicResource {
    declare readonly license: pulumi.Output<string>;
    declare readonly retention: pulumi.Output<"policy" | "scheduled">;

    constructor(name: string, args: PostgresLoginArgs, opts?: pulumi.CustomResourceOptions) {
        const outputs = ["license", "retention"];
        super({ type: "CdrPolicies", provider: "providers/cdr-policies/provider.ts", outputs }, name, args, opts);
    }
}
