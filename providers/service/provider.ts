import {
    absolutePath,
    changed,
    integer,
    ipv4,
    matching,
    name,
    oneOf,
    optional,
    surelyChanged,
    text,
    violations,
} from "../check";
import type { DynamicProvider } from "../contract";
import { protocols, serviceState, startService, type ServiceDefinition } from "./probe";

interface Inputs extends ServiceDefinition {
    vmId: string;
    after: string[];
    /** Always "answering"; a refresh stores its finding here. */
    state?: string;
}

const rules = {
    sshConfig: absolutePath,
    host: name,
    vmId: text,
    service: name,
    protocol: oneOf(...protocols),
    address: ipv4,
    port: integer(1, 65_535),
    user: matching(/^[\w*#.+-]*$/, "letters, digits or any of * # . + -"),
    start: matching(/^[^\n]*$/, "one line of shell"),
    deadlineSeconds: integer(1, 600, "seconds"),
    after: optional(() => []),
    state: optional(() => []),
};

export const provider: DynamicProvider<Inputs, Inputs> = {
    async check(_olds, news) {
        const defaults = { user: "", start: "", deadlineSeconds: 120, after: [] };
        const inputs = { ...defaults, ...news, state: "answering" };
        return { inputs, failures: violations(inputs, rules) };
    },

    async diff(_id, olds, news) {
        const replaces = surelyChanged(olds, news, ["host", "vmId", "service"]);
        const asked = ["sshConfig", "protocol", "address", "port", "user", "start", "after", "state"] as const;
        const updates = changed(olds, news, [...asked]);
        return { changes: replaces.length + updates.length > 0, replaces, deleteBeforeReplace: true };
    },

    async create(inputs) {
        await startService(inputs);
        return { id: `${inputs.host}/${inputs.service}`, outs: inputs };
    },

    async read(id, props) {
        const found = { ...props, state: await serviceState(props) };
        return { id, props: found, inputs: found };
    },

    async update(_id, _olds, news) {
        await startService(news);
        return { outs: news };
    },

    /** The service is removed with its container or its VM. */
    async delete() {},
};
