import * as pulumi from "@pulumi/pulumi";
import { at, stage, Thing } from "../thing";

/** The provider of dynamic resources, under a name of its own. */
class Own extends pulumi.ProviderResource {
    constructor(name: string, opts: pulumi.ResourceOptions) {
        super("pulumi-nodejs", name, {}, opts);
    }
}

// The host is replaced: deleted before (2), deleted after (3). What goes with it says of itself that nothing has changed.
const host = new Thing("host", { kind: at("one", "two", "three") }, { deleteBeforeReplace: stage === 2 });
const withHost = new Thing("with-host", { value: "same" }, { deletedWith: host });
new Thing("with-both", { value: "same" }, { deletedWith: withHost });
const own = new Own("own", { deletedWith: host });
new Thing("with-own", { value: "same" }, { provider: own, deletedWith: host, dependsOn: [withHost] });
