import { absolutePath, changed, listOf, matching, name, optional, surelyChanged, text, violations } from "../check";
import type { DynamicProvider } from "../contract";
import { forgetModule, loadModule, moduleState, type KernelModuleDefinition, type LoadedModule } from "./module";

interface Inputs extends KernelModuleDefinition {
    /** Always "loaded"; a refresh stores its finding here. */
    state?: string;
}

type Outputs = Inputs & LoadedModule;

const rules = {
    sshConfig: absolutePath,
    host: name,
    vmId: optional(text),
    modules: listOf(matching(/^[A-Za-z0-9_]+$/, "a module name of letters, digits and '_'")),
    procPath: matching(/^\/proc\/[A-Za-z0-9_/.-]+$/, "a path below /proc"),
    state: optional(() => []),
};

export const provider: DynamicProvider<Inputs, Outputs> = {
    async check(_olds, news) {
        return { inputs: { ...news, state: "loaded" }, failures: violations(news, rules) };
    },

    async diff(_id, olds, news) {
        const replaces = surelyChanged(olds, news, ["host", "vmId"]);
        const changes =
            replaces.length > 0 || changed(olds, news, ["sshConfig", "modules", "procPath", "state"]).length > 0;
        // in the other order, deleting would undo what the replacement persisted
        return { changes, replaces, deleteBeforeReplace: true };
    },

    async create(inputs) {
        const loaded = await loadModule(inputs);
        return { id: `${inputs.host}/${loaded.module}`, outs: { ...inputs, ...loaded } };
    },

    async read(id, props) {
        const { module, version, kernel, ...inputs } = props;
        const state = await moduleState(props, module);
        return { id, props: { ...inputs, module, version, kernel, state }, inputs: { ...inputs, state } };
    },

    async update(_id, olds, news) {
        const loaded = await loadModule(news);
        if (loaded.module !== olds.module) await forgetModule(news, olds.module);
        return { outs: { ...news, ...loaded } };
    },

    async delete(_id, props) {
        await forgetModule(props, props.module);
    },
};
