import * as pulumi from "@pulumi/pulumi";

export const config = new pulumi.Config();

/** Which of its states the program describes: the steps of a case count up. */
export const stage = config.requireNumber("stage");

/** What a thing is to fail at: the second word of `half` leaves something behind. */
export type Failure = "check" | "create" | "half" | "update" | "delete" | "read";

interface ThingInputs {
    directory: string;
    label: string;
    /** Content of the file; changed in place. */
    value?: unknown;
    /** A change replaces the thing. */
    kind?: string;
    pin?: string;
    fail?: Failure;
    /** Milliseconds that creating it takes. */
    slow?: number;
    /** Whether a replacement is made after the deletion. */
    deleteFirst?: boolean;
}

interface ThingOutputs extends ThingInputs {
    path: string;
    token: string;
    size: number;
}

/** A thing is a file in a directory; what is done to things is noted in a log beside them. */
const provider: pulumi.dynamic.ResourceProvider<ThingInputs, ThingOutputs> = {
    async check(_olds, news) {
        const failures = news.fail === "check" ? [{ property: "fail", reason: "it was told to fail the check" }] : [];
        return { inputs: news, failures };
    },
    async diff(_id, olds, news) {
        const changed = (name: "value" | "pin" | "fail" | "label"): boolean =>
            JSON.stringify(olds[name]) !== JSON.stringify(news[name]);
        const replaces = olds.kind !== news.kind ? ["kind"] : [];
        const changes = replaces.length > 0 || changed("value") || changed("pin") || changed("fail");
        return { changes, replaces, deleteBeforeReplace: news.deleteFirst };
    },
    async create(inputs) {
        const fs = process.getBuiltinModule("node:fs");
        const { directory, label, kind, value, fail } = inputs;
        const path = `${directory}/${label}${kind ? `-${kind}` : ""}`;
        fs.appendFileSync(`${directory}/log`, `create ${label}\n`);
        if (inputs.slow) await new Promise((wake) => setTimeout(wake, inputs.slow));
        if (fail === "create") throw new Error(`${label} was told to fail`);
        const text = JSON.stringify(value ?? "");
        fs.writeFileSync(path, text);
        const outs = { ...inputs, path, token: `token-of-${label}`, size: text.length };
        if (fail === "half") {
            const reasons = [`${label} is not ready`];
            throw Object.assign(new Error(`${label} was made half`), { id: path, properties: outs, reasons });
        }
        return { id: path, outs };
    },
    async read(id, props) {
        const fs = process.getBuiltinModule("node:fs");
        if (props!.fail === "read") throw new Error(`${props!.label} was told to fail`);
        if (!fs.existsSync(id)) return {};
        const text = fs.readFileSync(id, "utf8");
        const found = { ...props!, value: JSON.parse(text) as unknown, size: text.length };
        // The inputs as they really are: these are outputs only.
        const inputs = JSON.parse(JSON.stringify({ ...found, path: undefined, token: undefined, size: undefined }));
        return { id, props: found, inputs };
    },
    async update(id, olds, news) {
        const fs = process.getBuiltinModule("node:fs");
        fs.appendFileSync(`${news.directory}/log`, `update ${news.label}\n`);
        if (news.fail === "update") throw new Error(`${news.label} was told to fail`);
        const text = JSON.stringify(news.value ?? "");
        fs.writeFileSync(id, text);
        return { outs: { ...news, path: id, token: olds.token, size: text.length } };
    },
    async delete(id, props) {
        const fs = process.getBuiltinModule("node:fs");
        fs.appendFileSync(`${props.directory}/log`, `delete ${props.label}\n`);
        if (props.fail === "delete") throw new Error(`${props.label} was told to fail`);
        fs.rmSync(id, { force: true });
    },
};

/** Leaves it to the engine to say what differs. */
const plain = { ...provider, diff: undefined };

type ThingArgs = { [Key in keyof Omit<ThingInputs, "directory" | "label">]?: pulumi.Input<ThingInputs[Key]> } & {
    label?: string;
};

/** `label` is what its file is named after; the name of the resource when it is not given. */
export class Thing extends pulumi.dynamic.Resource {
    declare readonly path: pulumi.Output<string>;
    declare readonly token: pulumi.Output<string>;
    declare readonly size: pulumi.Output<number>;
    declare readonly value: pulumi.Output<unknown>;
    declare readonly kind: pulumi.Output<string>;

    constructor(
        name: string,
        args: ThingArgs = {},
        opts?: pulumi.CustomResourceOptions,
        type = "Thing",
        implementation: pulumi.dynamic.ResourceProvider = provider,
    ) {
        const outputs = { path: undefined, token: undefined, size: undefined, value: undefined, kind: undefined };
        const directory = config.require("directory");
        super(implementation, name, { ...outputs, directory, label: name, ...args }, opts, "test", type);
    }
}

export class Plain extends Thing {
    constructor(name: string, args: ThingArgs, opts?: pulumi.CustomResourceOptions) {
        super(name, args, opts, "Plain", plain);
    }
}

/** What the program describes at each stage; beyond the last, what it describes at the last. */
export function at<T>(...stages: T[]): T {
    return stages[Math.min(stage, stages.length) - 1];
}
