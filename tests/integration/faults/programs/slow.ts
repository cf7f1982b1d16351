import * as pulumi from "@pulumi/pulumi";

/** Writes its process id to a file, and answers as soon as another file is there. */
const provider: pulumi.dynamic.ResourceProvider = {
    async create(inputs) {
        const fs = process.getBuiltinModule("node:fs");
        fs.writeFileSync(`${inputs.directory}/pid`, String(process.pid));
        while (!fs.existsSync(`${inputs.directory}/go`)) await new Promise((wake) => setTimeout(wake, 20));
        return { id: "slow", outs: inputs };
    },
    async delete(id, { directory }) {
        process.getBuiltinModule("node:fs").appendFileSync(`${directory}/deleted`, `'${id}' `);
    },
};

class Slow extends pulumi.dynamic.Resource {}

const create = process.env.CREATE_TIMEOUT;
const options = create ? { customTimeouts: { create } } : {};
new Slow(provider, "slow", { directory: process.env.DIRECTORY }, options);
