import type * as pulumi from "@pulumi/pulumi";
import type { PostgresLogin } from "../clients/postgres/connection";
import { absolutePath, integer, text, type Rule } from "./check";

/** The login of a resource that works in a database; a `PostgresAccess` fits. */
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

/** A change of any of these is an update: data on a server must not be removed because its address or login changes. */
export const loginProperties = ["host", "port", "user", "password", "caFile"] as const;
