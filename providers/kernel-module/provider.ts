import { absolutePath, changed, listOf, matching, name, optional, violations } from "../check";
import type { DynamicProvider } from "../dynamic";
import { forgetModule, loadModule, moduleState, type KernelModuleDefinition, type LoadedModule } from "./module";

interface Inputs extends KernelModuleDefinition {
    /** Always "loaded"; a refresh puts here what it found instead. */
    state?: string;
}

type Outputs = Inputs & LoadedModule;

const rules = {
    sshConfig: absolutePath,
    host: name,
    modules: listOf(matching(/^[A-Za-z0-9_]+$/, "a module name of letters, digits and '_'")),
    procPath: matching(/^\/proc\/[A-Za-z0-9_/.-]+$/, "a path below /proc"),
    state: optional(() => []),
};

export const provider: DynamicProvider<Inputs, Outputs> = {
    async check(_olds, news) {
        return { inputs: { ...news, state: "loaded" }, failures: violations(news, rules) };
    },

    async diff(_id, olds, news) {
        const replaces = changed(olds, news, ["host"]);
        const changes =
            replaces.length > 0 || changed(olds, news, ["sshConfig", "modules", "procPath", "state"]).length > 0;
        return { changes, replaces };
    },

    async create(inputs) {
        const loaded = await loadModule(inputs);
        return { id: `${inputs.host}/${loaded.module}`, outs: { ...inputs, ...loaded } };
    },

    async read(id, props) {
        const { sshConfig, host, modules, procPath } = props;
        const state = await moduleState(props, props.module);
        return { id, props: { ...props, state }, inputs: { sshConfig, host, modules, procPath, state } };
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
