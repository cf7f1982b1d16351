import { escapeIdentifier, escapeLiteral } from "pg";
import type { PostgresServer } from "../../../clients/postgres/server";
import type { Fields } from "../inputs";
import { objectType } from "../object";
import type { Properties, ResourceType } from "../plugin";

const fields: Fields = {
    name: { shape: "string", required: true, replaces: true },
    database: { shape: "string", replaces: true, computed: true },
    schema: { shape: "string", computed: true },
    version: { shape: "string", computed: true },
    dropCascade: { shape: "boolean", default: false },
    createCascade: { shape: "boolean", default: false },
};

const selectExtension = `SELECT nspname::text AS schema, extversion AS version
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = $1`;

/** postgresql:index/extension:Extension. */
export function extensionType(server: () => PostgresServer): ResourceType {
    const placeOf = (known: Properties) => ({
        name: known.name as string,
        database: (known.database as string | undefined) ?? server().config.database,
    });
    const databaseIsThere = async (database: string): Promise<boolean> =>
        (
            await server().query(`looking for database ${database}`, "SELECT FROM pg_database WHERE datname = $1", [
                database,
            ])
        ).length > 0;
    return objectType({
        fields,
        async create(inputs) {
            const { name, database } = placeOf(inputs);
            const parts = [
                `CREATE EXTENSION IF NOT EXISTS ${escapeIdentifier(name)}`,
                inputs.schema && `SCHEMA ${escapeIdentifier(inputs.schema as string)}`,
                inputs.version && `VERSION ${escapeLiteral(inputs.version as string)}`,
                inputs.createCascade && "CASCADE",
            ];
            const work = parts.filter(Boolean).join(" ");
            await server().change(
                `creating extension ${name} in database ${database}`,
                async (client) => {
                    await client.query(work);
                },
                { database },
            );
            return { id: `${database}.${name}` };
        },
        async read(_id, known) {
            const { name, database } = placeOf(known);
            if (!(await databaseIsThere(database))) return undefined;
            const doing = `reading extension ${name} in database ${database}`;
            const [seen] = await server().query<{ schema: string; version: string }>(
                doing,
                selectExtension,
                [name],
                database,
            );
            return seen && { ...seen, name, database };
        },
        async update(_id, olds, inputs) {
            const { name, database } = placeOf(inputs);
            const extension = escapeIdentifier(name);
            await server().change(
                `changing extension ${name} in database ${database}`,
                async (client) => {
                    if (inputs.schema && inputs.schema !== olds.schema) {
                        const schema = escapeIdentifier(inputs.schema as string);
                        await client.query(`ALTER EXTENSION ${extension} SET SCHEMA ${schema}`);
                    }
                    if (inputs.version && inputs.version !== olds.version) {
                        const version = escapeLiteral(inputs.version as string);
                        await client.query(`ALTER EXTENSION ${extension} UPDATE TO ${version}`);
                    }
                },
                { database },
            );
        },
        async delete(_id, outputs) {
            const { name, database } = placeOf(outputs);
            if (!(await databaseIsThere(database))) return;
            await server().change(
                `dropping extension ${name} from database ${database}`,
                async (client) => {
                    const mode = outputs.dropCascade ? "CASCADE" : "RESTRICT";
                    await client.query(`DROP EXTENSION IF EXISTS ${escapeIdentifier(name)} ${mode}`);
                },
                { database },
            );
        },
    });
}
