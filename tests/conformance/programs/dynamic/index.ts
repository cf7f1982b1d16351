import * as pulumi from "@pulumi/pulumi";

interface FileInputs {
    directory: string;
    name: string;
    value: string;
    kind: string;
    pin: string;
    fail: boolean;
    deleteFirst: boolean;
    slow: number;
}

/** Each resource is a file whose content is the resource's value; creating is noted in a log beside it. */
const provider: pulumi.dynamic.ResourceProvider<FileInputs, FileInputs & { path: string; token: string }> = {
    async check(_olds, news) {
        const failures = news.value === "bad" ? [{ property: "value", reason: "'bad' is not allowed" }] : [];
        return { inputs: news, failures };
    },
    async diff(_id, olds, news) {
        const replaces = olds.kind !== news.kind ? ["kind"] : [];
        const changes = replaces.length > 0 || olds.value !== news.value || olds.pin !== news.pin;
        return { changes, replaces, deleteBeforeReplace: news.deleteFirst };
    },
    async create(inputs) {
        const fs = process.getBuiltinModule("node:fs");
        const path = `${inputs.directory}/${inputs.name}-${inputs.kind}`;
        fs.appendFileSync(`${inputs.directory}/log`, `create ${inputs.name}\n`);
        if (inputs.slow > 0) await new Promise((wake) => setTimeout(wake, inputs.slow));
        if (inputs.fail) throw new Error(`${inputs.name} was told to fail`);
        fs.writeFileSync(path, inputs.value);
        console.log(`${inputs.name} written`);
        return { id: path, outs: { ...inputs, path, token: `token-of-${inputs.name}` } };
    },
    async read(id, props) {
        const fs = process.getBuiltinModule("node:fs");
        if (!fs.existsSync(id)) return {};
        const value = fs.readFileSync(id, "utf8");
        // The inputs as they really are: these two are outputs only.
        const inputs = { ...props!, value, path: undefined, token: undefined };
        return {
            id,
            props: { ...props!, value },
            inputs: JSON.parse(JSON.stringify(inputs)) as NonNullable<typeof props>,
        };
    },
    async update(id, olds, news) {
        const fs = process.getBuiltinModule("node:fs");
        if (news.fail) throw new Error(`${news.name} was told to fail`);
        fs.writeFileSync(id, news.value);
        return { outs: { ...news, path: id, token: olds.token } };
    },
    async delete(id, props) {
        const fs = process.getBuiltinModule("node:fs");
        fs.appendFileSync(`${props.directory}/log`, `delete ${props.name}-${props.kind}\n`);
        fs.rmSync(id, { force: true });
    },
};

class FileResource extends pulumi.dynamic.Resource {
    declare readonly path: pulumi.Output<string>;
    declare readonly token: pulumi.Output<string>;
    declare readonly value: pulumi.Output<string>;

    constructor(
        name: string,
        args: { [Key in keyof Omit<FileInputs, "name">]: pulumi.Input<FileInputs[Key]> },
        opts?: pulumi.CustomResourceOptions,
    ) {
        const secrets = { ...opts, additionalSecretOutputs: ["token"] };
        super(provider, name, { ...args, name, path: undefined, token: undefined }, secrets, "test", "File");
    }
}

class Pair extends pulumi.ComponentResource {
    readonly path: pulumi.Output<string>;

    constructor(name: string, first: FileResource, args: ConstructorParameters<typeof FileResource>[1]) {
        super("test:index:Pair", name, {});
        const second = new FileResource(`${name}-second`, { ...args, value: first.path }, { parent: this });
        this.path = second.path;
        this.registerOutputs({ path: second.path });
    }
}

const config = new pulumi.Config();
const fail = config.get("fail");
const args = {
    directory: config.require("directory"),
    value: config.require("value"),
    kind: config.require("kind"),
    pin: config.requireSecret("pin"),
    deleteFirst: config.requireBoolean("deleteFirst"),
    slow: config.requireNumber("slow"),
    fail: false,
};
const first = new FileResource("first", { ...args, fail: fail === "first" });
const pair = new Pair("pair", first, { ...args, fail: fail === "pair-second" });
if (config.requireBoolean("extra")) new FileResource("extra", { ...args, kind: "plain" }, { dependsOn: first });

export const path = pair.path;
export const token = first.token;
export const pin = args.pin;
