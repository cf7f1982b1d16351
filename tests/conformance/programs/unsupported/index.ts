import * as pulumi from "@pulumi/pulumi";
import { config, Thing } from "../thing";

class Remote extends pulumi.ComponentResource {
    constructor() {
        super("test:index:Remote", "remote", {}, {}, true);
    }
}

class Custom extends pulumi.CustomResource {}

const hook = (): pulumi.ResourceHook => new pulumi.ResourceHook("hook", () => undefined);
const passed: pulumi.ResourceTransform = (args) => args;

/** One use each of what the embedded engine does not support. */
const uses: Record<string, () => unknown> = {
    import: () => new Thing("thing", {}, { import: "id" }),
    transforms: () => new Thing("thing", {}, { transforms: [passed] }),
    stackTransform: () => {
        pulumi.runtime.registerResourceTransform(passed);
        return new Thing("thing");
    },
    invokeTransform: () => {
        pulumi.runtime.registerInvokeTransform((args) => args);
        return new Thing("thing");
    },
    hooks: () => new Thing("thing", {}, { hooks: { beforeCreate: [hook()] } }),
    replaceWith: () => new Thing("thing", {}, { replaceWith: [new Thing("other")] }),
    replacementTrigger: () => new Thing("thing", {}, { replacementTrigger: "one" }),
    hideDiffs: () => new Thing("thing", {}, { hideDiffs: ["value"] }),
    nestedIgnoreChanges: () => new Thing("thing", { value: {} }, { ignoreChanges: ["value.deep"] }),
    nestedReplaceOnChanges: () => new Thing("thing", { value: {} }, { replaceOnChanges: ["value.deep"] }),
    remote: () => new Remote(),
    method: () => pulumi.runtime.call("test:index:Thing/method", {}, new Thing("thing")),
    stackReference: () => new pulumi.StackReference("organization/other/dev"),
    getResource: () => new Thing("thing", {}, { urn: "urn:pulumi:test::p::t:i:T::thing" }),
    package: () => new Custom("aws:s3:Bucket", "bucket"),
    type: () => new Custom("random:index/randomPet:RandomPet", "pet", {}, { version: "0.0.1" }),
    function: () => pulumi.runtime.invoke("docker:index/getLogs:getLogs", {}, { version: "0.0.1" }),
    asset: () => new Thing("thing", { value: new pulumi.asset.StringAsset("text") }),
    archive: () => new Thing("thing", { value: new pulumi.asset.FileArchive(".") }),
    envVarMappings: () => new Custom("pulumi:providers:random", "provider", {}, { envVarMappings: { A: "B" } }),
    stateMigrations: () => new Thing("thing", {}, { stateMigrations: [() => undefined] }),
    requirePulumiVersion: () => pulumi.runtime.requirePulumiVersion(">=3.0.0"),
};

export const used = uses[config.require("use")]();
