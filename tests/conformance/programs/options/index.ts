import * as pulumi from "@pulumi/pulumi";

/** Notes what is done to it. */
const provider: pulumi.dynamic.ResourceProvider = {
    async create(inputs) {
        process
            .getBuiltinModule("node:fs")
            .appendFileSync(`${inputs.directory}/log`, `create ${inputs.label} ${inputs.value}\n`);
        return { id: `id-${inputs.label}`, outs: inputs };
    },
    async read(id, props) {
        return { id, props: { ...props, value: "as found" } };
    },
    async update(_id, _olds, news) {
        process
            .getBuiltinModule("node:fs")
            .appendFileSync(`${news.directory}/log`, `update ${news.label} ${news.value}\n`);
        return { outs: news };
    },
    async delete(_id, props) {
        process.getBuiltinModule("node:fs").appendFileSync(`${props.directory}/log`, `delete ${props.label}\n`);
    },
};

class Noted extends pulumi.dynamic.Resource {
    declare readonly value: pulumi.Output<string>;

    constructor(name: string, label: string, value: string, opts?: pulumi.CustomResourceOptions) {
        super(provider, name, { directory: config.require("directory"), label, value }, opts, "test", "Noted");
    }
}

const config = new pulumi.Config();
const value = config.require("value");
const renamed = config.require("renamed");

if (config.requireBoolean("guarded")) {
    new Noted("guarded", "guarded", "kept", { protect: config.requireBoolean("protect") });
}
new Noted("ignoring", "ignoring", value, { ignoreChanges: ["value"] });
new Noted("replacing", "replacing", value, { replaceOnChanges: ["value"], deleteBeforeReplace: true });
const host = new Noted(renamed, "renamed", "same", { aliases: [{ name: "before" }] });
new Noted("retained", "retained", "x", { retainOnDelete: true });
new Noted("with-host", "with-host", "x", { deletedWith: host, customTimeouts: { create: "1m30s" } });
const known = new Noted("known", "known", "given", { id: "id-elsewhere" });
if (config.requireBoolean("unsupported")) new Noted("imported", "imported", "x", { import: "id-imported" });

export const found = known.value;
