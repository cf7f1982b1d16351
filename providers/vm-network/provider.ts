import { libvirtUri } from "../../clients/libvirt";
import {
    changed,
    interfaceName,
    ipv4,
    matching,
    name,
    oneOf,
    optional,
    prefixLength,
    surelyChanged,
    violations,
} from "../check";
import { gone, type DynamicProvider } from "../contract";
import { createNetwork, readNetwork, removeNetwork, startNetwork, type NetworkDefinition } from "./network";

interface Inputs extends NetworkDefinition {
    /** Always "active"; a refresh stores "inactive" here if the network was stopped. */
    state?: string;
}

const rules = {
    uri: matching(libvirtUri, "a libvirt URI such as qemu:///system"),
    networkName: name,
    bridge: interfaceName,
    address: optional(ipv4),
    prefix: optional(prefixLength),
    mode: optional(oneOf("bridge")),
    state: optional(() => []),
};

export const provider: DynamicProvider<Inputs, Inputs> = {
    async check(_olds, news) {
        const failures = violations(news, rules);
        if (news.address !== undefined && news.prefix === undefined)
            failures.push({ property: "prefix", reason: "prefix must be given with address, not missing" });
        if (news.mode === "bridge" && news.address !== undefined)
            failures.push({ property: "address", reason: "address must be missing with mode bridge: the host has it" });
        return { inputs: { ...news, state: "active" }, failures };
    },

    async diff(_id, olds, news) {
        const replaces = surelyChanged(olds, news, ["uri", "networkName", "bridge", "address", "prefix", "mode"]);
        const changes = replaces.length > 0 || changed(olds, news, ["state"]).length > 0;
        return { changes, replaces, deleteBeforeReplace: true };
    },

    async create(inputs) {
        await createNetwork(inputs);
        return { id: inputs.networkName, outs: inputs };
    },

    async read(id, props) {
        const found = await readNetwork(props);
        if (!found) return gone;
        const { uri, networkName } = props;
        return { id, props: { uri, networkName, ...found }, inputs: { uri, networkName, ...found } };
    },

    async update(_id, olds, news) {
        if ((await readNetwork(olds))?.state === "inactive") await startNetwork(news);
        return { outs: news };
    },

    async delete(_id, props) {
        await removeNetwork(props);
    },
};
