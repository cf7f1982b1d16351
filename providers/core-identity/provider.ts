import {
    absolutePath,
    changed,
    ipv4,
    listOf,
    matching,
    name,
    optional,
    surelyChanged,
    text,
    violations,
} from "../check";
import type { DynamicProvider } from "../contract";
import { agentState, logIn, type CoreIdentityDefinition } from "./identity";

interface Inputs extends CoreIdentityDefinition {
    /** Id of the container: another one must log in again. */
    containerId: string;
    /** Always "ok"; a refresh stores its finding here. */
    state?: string;
}

const rules = {
    vaultAddress: matching(/^https:\/\//, "a URL that starts with https://"),
    caFile: absolutePath,
    token: text,
    role: name,
    roleId: text,
    address: ipv4,
    runDir: absolutePath,
    dockerHost: matching(/^unix:\/\//, "a URL that starts with unix://"),
    container: name,
    containerId: text,
    certificates: listOf(absolutePath),
    state: optional(() => []),
};

export const provider: DynamicProvider<Inputs, Inputs> = {
    async check(_olds, news) {
        const inputs = { ...news, state: "ok" };
        return { inputs, failures: violations(inputs, rules) };
    },

    /** A new token of provisioning does not matter to an agent that is logged in. */
    async diff(_id, olds, news) {
        const replaces = surelyChanged(olds, news, ["container", "runDir"]);
        const updates = changed(olds, news, [
            ...(["vaultAddress", "caFile", "role", "roleId", "address", "dockerHost"] as const),
            ...(["containerId", "certificates", "state"] as const),
        ]);
        return { changes: replaces.length + updates.length > 0, replaces, deleteBeforeReplace: true };
    },

    async create(inputs) {
        await logIn(inputs);
        return { id: inputs.container, outs: inputs };
    },

    async read(id, props) {
        const found = { ...props, state: await agentState(props) };
        return { id, props: found, inputs: found };
    },

    async update(_id, _olds, news) {
        await logIn(news);
        return { outs: news };
    },

    /** Its directory, its container and its server are removed with the stack. */
    async delete() {},
};
