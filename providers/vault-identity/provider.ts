import { absolutePath, changed, ipv4, matching, name, optional, surelyChanged, text, violations } from "../check";
import type { DynamicProvider } from "../contract";
import { agentState, forget, logIn, restart, type VaultIdentityDefinition } from "./identity";

interface Inputs extends VaultIdentityDefinition {
    vmId: string;
    config: string;
    /** Always "ok"; a refresh stores its finding here. */
    state?: string;
}

interface Outputs extends Inputs {
    accessor: string;
}

const rules = {
    sshConfig: absolutePath,
    host: name,
    vmId: text,
    address: ipv4,
    role: matching(/^[\w-]+$/, "the name of an AppRole such as sip-vm-role"),
    roleId: text,
    vaultAddress: matching(/^https?:\/\/[^\s"]+$/, "a URL such as https://192.168.64.1:8200"),
    ca: text,
    token: text,
    config: text,
    state: optional(() => []),
};

export const provider: DynamicProvider<Inputs, Outputs> = {
    async check(_olds, news) {
        const inputs = { ...news, state: "ok" };
        return { inputs, failures: violations(inputs, rules) };
    },

    async diff(_id, olds, news) {
        const replaces = surelyChanged(olds, news, ["host", "vmId"]);
        const updates = changed(olds, news, ["address", "role", "roleId", "vaultAddress", "config", "state"]);
        return { changes: replaces.length + updates.length > 0, replaces, deleteBeforeReplace: true };
    },

    async create(inputs) {
        return { id: `${inputs.host}/vault-identity`, outs: { ...inputs, accessor: await logIn(inputs) } };
    },

    async read(id, props) {
        const { state, detail } = await agentState(props);
        if (state !== "ok") console.error(`the agent of ${props.host} is ${state}: ${detail}`);
        const { accessor, ...inputs } = { ...props, state };
        return { id, props: { ...inputs, accessor }, inputs };
    },

    async update(_id, olds, news) {
        const same = changed(olds, news, ["address", "role", "roleId", "vaultAddress", "state"]).length === 0;
        const accessor = same ? await restart(news) : await logIn(news);
        return { outs: { ...news, accessor: accessor ?? olds.accessor } };
    },

    async delete(_id, props) {
        // when a stack is destroyed, Vault may be gone already; what is left expires after 72 h
        await forget(props).catch((error: Error) => console.error(error.message));
    },
};
