import type * as pulumi from "@pulumi/pulumi";
import type { PostgresLogin } from "../clients/postgres/connection";
import { absolutePath, integer, text, type Rule } from "./check";

/** What a resource that works in a database takes to get there; a `PostgresAccess` fits. */
export interface PostgresLoginArgs {
    host: pulumi.Input<string>;
    port: pulumi.Input<number>;
    user: pulumi.Input<string>;
    /** Secret. */
    password: pulumi.Input<string>;
    caFile: pulumi.Input<string>;
}

export const loginRules: { [Key in keyof PostgresLogin]: Rule } = {
    host: text,
    port: integer(1, 65535),
    user: text,
    password: text,
    caFile: absolutePath,
};

/** A change of any is an update: what is in a server is not to be removed because it is reached differently. */
export const loginProperties = ["host", "port", "user", "password", "caFile"] as const;
