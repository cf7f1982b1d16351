import { changed, interfaceName, ipv4, listOf, name, prefixLength, surelyChanged, violations } from "../check";
import { gone, type DynamicProvider } from "../contract";
import { createPhones, readPhones, removePhones, configurePhones, type PhonesDefinition } from "./link";

const rules = {
    netns: name,
    labNetns: name,
    bridge: interfaceName,
    addresses: listOf(ipv4),
    prefix: prefixLength,
};

export const provider: DynamicProvider<PhonesDefinition, PhonesDefinition> = {
    async check(_olds, news) {
        return { inputs: news, failures: violations(news, rules) };
    },

    async diff(_id, olds, news) {
        const replaces = surelyChanged(olds, news, ["netns", "labNetns"]);
        const changes = replaces.length > 0 || changed(olds, news, ["bridge", "addresses", "prefix"]).length > 0;
        return { changes, replaces, deleteBeforeReplace: true };
    },

    async create(inputs) {
        await createPhones(inputs);
        return { id: inputs.netns, outs: inputs };
    },

    async read(id, props) {
        const link = await readPhones(props);
        return link ? { id, props: { ...props, ...link }, inputs: { ...props, ...link } } : gone;
    },

    async update(_id, _olds, news) {
        await configurePhones(news);
        return { outs: news };
    },

    async delete(_id, props) {
        await removePhones(props);
    },
};
