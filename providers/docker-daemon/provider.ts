import { absolutePath, changed, listOf, name, optional, surelyChanged, violations } from "../check";
import type { DynamicProvider } from "../contract";
import {
    daemonState,
    dockerHost,
    limitsMemory,
    removeDaemon,
    startDaemon,
    stopDaemon,
    type DaemonDefinition,
} from "./daemon";

interface Inputs extends DaemonDefinition {
    /** Always "answering"; a refresh stores its finding here. */
    state?: string;
}

type Outputs = Inputs & {
    host: string;
    /** Missing in the state of an older version. */
    limitsMemory?: boolean;
};

const rules = {
    dataDir: absolutePath,
    runDir: absolutePath,
    socket: absolutePath,
    cgroup: name,
    layers: listOf(absolutePath),
    store: absolutePath,
    state: optional(() => []),
};

const outputs = async (inputs: Inputs): Promise<Outputs> => ({
    ...inputs,
    host: dockerHost(inputs),
    limitsMemory: await limitsMemory(inputs),
});

export const provider: DynamicProvider<Inputs, Outputs> = {
    async check(_olds, news) {
        const inputs = { ...news, state: "answering" };
        return { inputs, failures: violations(inputs, rules) };
    },

    async diff(_id, olds, news) {
        const replaces = surelyChanged(olds, news, ["dataDir", "runDir", "socket", "cgroup"]);
        const updates = changed(olds, news, ["layers", "store", "state"]);
        const changes = replaces.length > 0 || updates.length > 0 || olds.limitsMemory === undefined;
        return { changes, replaces, deleteBeforeReplace: true };
    },

    async create(inputs) {
        await startDaemon(inputs);
        return { id: dockerHost(inputs), outs: await outputs(inputs) };
    },

    async read(id, props) {
        const { dataDir, runDir, socket, cgroup, layers, store } = props;
        const found = { dataDir, runDir, socket, cgroup, layers, store, state: await daemonState(props) };
        const known = { ...found, host: props.host, limitsMemory: props.limitsMemory };
        return { id, props: found.state === "not answering" ? known : await outputs(found), inputs: found };
    },

    async update(_id, olds, news) {
        if (changed(olds, news, ["layers"]).length > 0) await stopDaemon(olds);
        await startDaemon(news);
        return { outs: await outputs(news) };
    },

    async delete(_id, props) {
        await stopDaemon(props);
        removeDaemon(props);
    },
};
