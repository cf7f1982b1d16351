import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamic";

export interface ServiceArgs {
    /** `ssh -F` configuration that knows `host`. */
    sshConfig: pulumi.Input<string>;
    host: pulumi.Input<string>;
    /** The VM's uuid: on a replaced VM the service is started again. */
    vmId: pulumi.Input<string>;
    /** Its name, for people. */
    service: pulumi.Input<string>;
    /** How to probe it: by SIP OPTIONS, or by a ping of RTPEngine's ng protocol. */
    protocol: pulumi.Input<"sip" | "ng">;
    /** Where it listens, as seen on the VM; UDP. */
    address: pulumi.Input<string>;
    port: pulumi.Input<number>;
    /** For SIP: the user in the request, such as `*43`; default: the service itself. */
    user?: pulumi.Input<string>;
    /** Shell command that starts it, run as root if it does not answer; by default something else starts it. */
    start?: pulumi.Input<string>;
    /** Seconds until a service that does not answer counts as failed; 120 by default. */
    deadlineSeconds?: pulumi.Input<number>;
    /** Values whose change means that it was restarted and must be probed again. */
    after?: pulumi.Input<pulumi.Input<string>[]>;
}

/** A service on a VM that must answer in its own protocol; a refresh finds one that no longer does. */
export class Service extends DynamicResource {
    constructor(name: string, args: ServiceArgs, opts?: pulumi.CustomResourceOptions) {
        const outputs = ["state"];
        super({ type: "Service", provider: "providers/service/provider.ts", outputs }, name, args, opts);
    }
}
