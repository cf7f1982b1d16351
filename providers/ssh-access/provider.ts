import * as path from "node:path";
import { absolutePath, changed, ipv4, listOf, name, objectOf, surelyChanged, violations } from "../check";
import { gone, type DynamicProvider } from "../contract";
import { readAccess, removeAccess, writeAccess, type SshAccessDefinition, type SshFiles } from "./access";

type Inputs = SshAccessDefinition;
type Outputs = Inputs & SshFiles;

const rules = {
    dir: absolutePath,
    runDir: absolutePath,
    user: name,
    hosts: listOf(objectOf({ name, address: ipv4 })),
};

export const provider: DynamicProvider<Inputs, Outputs> = {
    async check(_olds, news) {
        return { inputs: news, failures: violations(news, rules) };
    },

    async diff(_id, olds, news) {
        const replaces = surelyChanged(olds, news, ["dir"]);
        const changes = replaces.length > 0 || changed(olds, news, ["runDir", "user", "hosts"]).length > 0;
        return { changes, replaces };
    },

    async create(inputs) {
        return { id: path.join(inputs.dir, "config"), outs: { ...inputs, ...(await writeAccess(inputs)) } };
    },

    /** If a file is missing or edited, the whole resource counts as gone; making it again keeps the remaining keys. */
    async read(id, props) {
        const files = readAccess(props);
        if (!files) return gone;
        return { id, props: { ...props, ...files } };
    },

    async update(_id, _olds, news) {
        return { outs: { ...news, ...(await writeAccess(news)) } };
    },

    async delete(_id, props) {
        removeAccess(props);
    },
};
