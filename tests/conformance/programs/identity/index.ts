import * as pulumi from "@pulumi/pulumi";
import { at, stage, Thing } from "../thing";

class Group extends pulumi.ComponentResource {
    constructor(name: string, type: string, opts?: pulumi.ComponentResourceOptions) {
        super(`test:index:${type}`, name, {}, opts);
        new Thing("inherits", { label: "inherits" }, { parent: this });
        this.registerOutputs({});
    }
}

const project = pulumi.getProject();
const stack = pulumi.getStack();

new Thing(at("old-name", "new-name"), { label: "named" }, { aliases: [{ name: "old-name" }] });
new Thing("typed", {}, { aliases: [{ type: "pulumi-nodejs:dynamic/test:Thing" }] }, at("Thing", "Renamed"));
new Thing("forgotten" + at("", "-new"), { label: "forgotten" });
new Group(at("group", "crowd"), at("Group", "Crowd"), { aliases: [{ name: "group", type: "test:index:Group" }] });
const home = new pulumi.ComponentResource("test:index:Home", "home");
new Thing("moved", {}, stage === 1 ? {} : { parent: home, aliases: [{ parent: pulumi.rootStackResource }] });
new Thing(
    "by-urn" + at("", "-new"),
    { label: "by-urn" },
    { aliases: [`urn:pulumi:${stack}::${project}::pulumi-nodejs:dynamic/test:Thing::by-urn`] },
);
