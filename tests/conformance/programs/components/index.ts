import * as pulumi from "@pulumi/pulumi";
import { at, stage, Thing } from "../thing";

class Inner extends pulumi.ComponentResource {
    readonly path: pulumi.Output<string>;

    constructor(name: string, value: pulumi.Input<string>, opts?: pulumi.ComponentResourceOptions) {
        super("test:index:Inner", name, { value }, opts);
        this.path = new Thing(`${name}-leaf`, { value }, { parent: this }).path;
        this.registerOutputs({ path: this.path });
    }
}

class Outer extends pulumi.ComponentResource {
    readonly path: pulumi.Output<string>;

    constructor(name: string, value: string, opts?: pulumi.ComponentResourceOptions) {
        super("test:index:Outer", name, {}, opts);
        const inner = new Inner(`${name}-inner`, value, { parent: this });
        this.path = inner.path;
        if (stage < 3) new Thing(`${name}-side`, {}, { parent: this, dependsOn: inner });
        // Registers no outputs of its own.
    }
}

const outer = new Outer("outer", at("one", "two"));
new Thing("after", { value: "x" }, { dependsOn: outer });
if (stage < 3) new Inner("gone", "one", { protect: false });

export const path = outer.path;
