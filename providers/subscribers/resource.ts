import * as pulumi from "@pulumi/pulumi";
import type { Subscriber } from "../../subscribers/subscribers";
import { DynamicResource } from "../dynamic";
import type { PostgresLoginArgs } from "../postgres-login";

export interface SubscribersArgs extends PostgresLoginArgs {
    sipDomain: pulumi.Input<string>;
    /** Secret. */
    subscribers: pulumi.Input<pulumi.Input<Subscriber>[]>;
}

/**
 * The configured extensions, in the databases of the SIP proxy and the PBX. Others, added by hand, stay as they are; a refresh
 * finds a configured one that was changed or removed by hand, and `up` restores it.
 */
export class Subscribers extends DynamicResource {
    constructor(name: string, args: SubscribersArgs, opts?: pulumi.CustomResourceOptions) {
        super({ type: "Subscribers", provider: "providers/subscribers/provider.ts", outputs: [] }, name, args, opts);
    }
}
