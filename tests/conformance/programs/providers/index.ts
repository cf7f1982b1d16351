import * as pulumi from "@pulumi/pulumi";
import { at, stage, Thing } from "../thing";

/** The provider of dynamic resources, under a name and with a configuration of its own. */
class Own extends pulumi.ProviderResource {
    constructor(name: string, props: pulumi.Inputs, opts?: pulumi.ResourceOptions) {
        super("pulumi-nodejs", name, props, opts);
    }
}

class Group extends pulumi.ComponentResource {
    constructor(name: string, opts: pulumi.ComponentResourceOptions) {
        super("test:index:Group", name, {}, opts);
        new Thing(`${name}-child`, { value: 1 }, { parent: this });
    }
}

const own = new Own("own", { region: at("north", "south"), password: pulumi.secret("hush") });
new Thing("with-own", { value: 1 }, { provider: own });
new Thing("with-default", { value: 1 }, stage === 3 ? { provider: own } : {});
new Group("group", { providers: [own] });
if (stage < 3) new Own("spare", {});
