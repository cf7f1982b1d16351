import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { VaultClient } from "../../clients/vault/client";
import { foreignObjects } from "../../vault/claim";
import { absolutePath, changed, name, surelyChanged, text, violations } from "../check";
import type { DynamicProvider } from "../contract";

interface Inputs {
    address: string;
    caFile: string;
    token: string;
    stack: string;
}

interface Outputs extends Inputs {
    marker: string;
}

const rules = { address: text, caFile: absolutePath, token: text, stack: name };

export const provider: DynamicProvider<Inputs, Outputs> = {
    async check(_olds, news) {
        return { inputs: news, failures: violations(news, rules) };
    },
    async diff(_id, olds, news) {
        const replaces = surelyChanged(olds, news, ["address"]);
        const updates = changed(olds, news, ["caFile", "token", "stack"]);
        return { changes: replaces.length + updates.length > 0, replaces, deleteBeforeReplace: true };
    },
    async create(inputs) {
        const { address, caFile, token, stack } = inputs;
        const marker = `voip-stack ${stack} ${randomBytes(6).toString("hex")}`;
        const client = new VaultClient({ address, token, ca: fs.readFileSync(caFile, "utf8") });
        const foreign = await foreignObjects(client, marker);
        if (foreign.length > 0) {
            throw new Error(
                `${address} has ${foreign.join(", ")} already, which this stack did not make: move or remove them, ` +
                    "or give the platform a server of its own; nothing was changed there",
            );
        }
        return { id: marker, outs: { ...inputs, marker } };
    },
    async read(id, props) {
        const { address, caFile, token, stack } = props;
        return { id, props, inputs: { address, caFile, token, stack } };
    },
    async update(_id, olds, news) {
        return { outs: { ...news, marker: olds.marker } };
    },
    async delete() {
        // The objects that the platform made there are separate resources.
    },
};
