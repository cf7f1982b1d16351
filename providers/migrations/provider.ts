import { isAbsent, type PostgresLogin } from "../../clients/postgres/connection";
import { appliedMigrations, migrate } from "../../databases/migrate";
import { changed, listOf, name, surelyChanged, violations } from "../check";
import { gone, type DynamicProvider } from "../contract";
import { loginProperties, loginRules } from "../postgres-login";

interface Inputs extends PostgresLogin {
    database: string;
    owner: string;
    account: string;
    migrations: string[];
}

const loginOf = ({ host, port, user, password, caFile }: Inputs): PostgresLogin => ({
    host,
    port,
    user,
    password,
    caFile,
});

/** Runs missing migrations; a database that has had more was made by a newer version of this program. */
async function run(inputs: Inputs): Promise<Inputs> {
    const { database, owner, account, migrations } = inputs;
    const had = await migrate(loginOf(inputs), database, { owner, account });
    const missing = migrations.filter((migration) => !had.includes(migration));
    if (missing.length > 0) throw new Error(`database ${database} has not had ${missing.join(", ")} after migrating`);
    return inputs;
}

export const provider: DynamicProvider<Inputs, Inputs> = {
    async check(_olds, news) {
        const rules = { ...loginRules, database: name, owner: name, account: name, migrations: listOf(name) };
        return { inputs: news, failures: violations(news, rules) };
    },
    async diff(_id, olds, news) {
        const replaces = surelyChanged(olds, news, ["database"]);
        const updates = changed(olds, news, [...loginProperties, "owner", "account", "migrations"]);
        return { changes: replaces.length + updates.length > 0, replaces, deleteBeforeReplace: true };
    },
    async create(inputs) {
        return { id: inputs.database, outs: await run(inputs) };
    },
    async read(id, props) {
        try {
            const had = await appliedMigrations(loginOf(props), props.database);
            const migrations = props.migrations.filter((migration) => had.includes(migration));
            const seen = { ...props, migrations };
            return { id, props: seen, inputs: seen };
        } catch (error) {
            if (isAbsent(error)) return gone;
            console.error(`${(error as Error).message}; its schema is taken to be as it was`);
            return { id, props, inputs: props };
        }
    },
    async update(_id, _olds, news) {
        return { outs: await run(news) };
    },
    async delete() {
        // The tables and their contents are removed with the database.
    },
};
