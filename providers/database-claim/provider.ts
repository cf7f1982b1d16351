import type { PostgresLogin } from "../../clients/postgres/connection";
import { presentObjects } from "../../databases/claim";
import { changed, listOf, name, surelyChanged, violations } from "../check";
import type { DynamicProvider } from "../contract";
import { loginProperties, loginRules } from "../postgres-login";

interface Inputs extends PostgresLogin {
    roles: string[];
    databases: string[];
}

export const provider: DynamicProvider<Inputs, Inputs> = {
    async check(_olds, news) {
        return {
            inputs: news,
            failures: violations(news, { ...loginRules, roles: listOf(name), databases: listOf(name) }),
        };
    },
    async diff(_id, olds, news) {
        const replaces = surelyChanged(olds, news, ["host"]);
        const updates = changed(olds, news, [...loginProperties, "roles", "databases"]);
        return { changes: replaces.length + updates.length > 0, replaces, deleteBeforeReplace: true };
    },
    async create(inputs) {
        const { host, port, roles, databases } = inputs;
        const present = await presentObjects(inputs, roles, databases);
        if (present.length > 0) {
            throw new Error(
                `PostgreSQL at ${host}:${port} has ${present.join(", ")} already, which this stack did not make: rename or drop ` +
                    "them, or give the platform a server of its own; nothing was changed there",
            );
        }
        return { id: `${host}:${port}`, outs: inputs };
    },
    async read(id, props) {
        return { id, props, inputs: props };
    },
    async update(_id, olds, news) {
        const added = (names: string[], known: string[]) => names.filter((one) => !known.includes(one));
        const claim = { roles: added(news.roles, olds.roles), databases: added(news.databases, olds.databases) };
        if (claim.roles.length + claim.databases.length > 0) await provider.create({ ...news, ...claim });
        return { outs: news };
    },
    async delete() {
        // The objects that the platform made there are separate resources.
    },
};
