import { escapeIdentifier, escapeLiteral, type ClientBase } from "pg";
import type { PostgresServer } from "../../../clients/postgres/server";
import { objectType } from "../object";
import type { Fields } from "../inputs";
import type { Properties, ResourceType } from "../plugin";
import { asMemberOf } from "./member";
import { keepName } from "./names";

const computed = { computed: true } as const;

const fields: Fields = {
    name: { shape: "string", required: true },
    owner: { shape: "string", ...computed },
    template: { shape: "string", replaces: true, ...computed },
    encoding: { shape: "string", replaces: true, ...computed },
    lcCollate: { shape: "string", replaces: true, ...computed },
    lcCtype: { shape: "string", replaces: true, ...computed },
    connectionLimit: { shape: "integer", default: -1, atLeast: -1 },
    allowConnections: { shape: "boolean", default: true },
    isTemplate: { shape: "boolean", ...computed },
    alterObjectOwnership: { shape: "boolean", default: false },
};

const statement = (inputs: Properties): string =>
    [
        `CREATE DATABASE ${escapeIdentifier(inputs.name as string)}`,
        `OWNER ${inputs.owner ? escapeIdentifier(inputs.owner as string) : "CURRENT_USER"}`,
        `TEMPLATE ${escapeIdentifier((inputs.template as string | undefined) ?? "template0")}`,
        `ENCODING ${escapeLiteral((inputs.encoding as string | undefined) ?? "UTF8")}`,
        ...(inputs.lcCollate ? [`LC_COLLATE ${escapeLiteral(inputs.lcCollate as string)}`] : []),
        ...(inputs.lcCtype ? [`LC_CTYPE ${escapeLiteral(inputs.lcCtype as string)}`] : []),
        `ALLOW_CONNECTIONS ${Boolean(inputs.allowConnections)}`,
        `CONNECTION LIMIT ${Number(inputs.connectionLimit)}`,
        `IS_TEMPLATE ${Boolean(inputs.isTemplate)}`,
    ].join(" ");

interface DatabaseRow {
    owner: string;
    encoding: string;
    datcollate: string;
    datctype: string;
    datconnlimit: number;
    datallowconn: boolean;
    datistemplate: boolean;
    tablespace: string;
}

const selectDatabase = `SELECT d.*, pg_get_userbyid(d.datdba)::text AS owner, spcname::text AS tablespace,
    pg_encoding_to_char(d.encoding)::text AS encoding
    FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE datname = $1`;

async function ownerOf(client: ClientBase, name: string): Promise<string | undefined> {
    const { rows } = await client.query<DatabaseRow>(selectDatabase, [name]);
    return rows[0]?.owner;
}

/** postgresql:index/database:Database. */
export function databaseType(server: () => PostgresServer): ResourceType {
    const alone = { transaction: false }; // CREATE and DROP DATABASE can't run in a transaction
    return objectType({
        fields,
        computed: ["tablespaceName"],
        async create(inputs) {
            const name = inputs.name as string;
            const owner = inputs.owner as string | undefined;
            const work = async (client: ClientBase): Promise<void> => {
                // a killed run may have made it for the owner, who belongs to this stack
                if (owner && (await ownerOf(client, name)) === owner) return;
                await client.query(statement(inputs));
            };
            await server().change(
                `creating database ${name}`,
                (client) => (owner ? asMemberOf(client, owner, () => work(client)) : work(client)),
                alone,
            );
            return { id: name };
        },
        async read(id, known) {
            const [seen] = await server().query<DatabaseRow>(`reading database ${id}`, selectDatabase, [id]);
            return (
                seen && {
                    name: id,
                    owner: seen.owner,
                    template: known.template ?? "template0",
                    encoding: seen.encoding,
                    lcCollate: seen.datcollate,
                    lcCtype: seen.datctype,
                    tablespaceName: seen.tablespace,
                    connectionLimit: seen.datconnlimit,
                    allowConnections: seen.datallowconn,
                    isTemplate: seen.datistemplate,
                }
            );
        },
        async update(id, olds, inputs) {
            keepName("database", id, inputs.name as string);
            const name = escapeIdentifier(id);
            const owner = inputs.owner as string | undefined;
            await server().change(
                `changing database ${id}`,
                async (client) => {
                    if (owner && owner !== olds.owner) {
                        await asMemberOf(client, owner, async () => {
                            await client.query(`ALTER DATABASE ${name} OWNER TO ${escapeIdentifier(owner)}`);
                        });
                    }
                    await client.query(
                        `ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS ${Boolean(inputs.allowConnections)} ` +
                            `CONNECTION LIMIT ${Number(inputs.connectionLimit)} ` +
                            `IS_TEMPLATE ${Boolean(inputs.isTemplate ?? olds.isTemplate)}`,
                    );
                },
                alone,
            );
        },
        async delete(id, outputs) {
            const drop = async (client: ClientBase): Promise<void> => {
                if (outputs.isTemplate) await client.query(`ALTER DATABASE ${escapeIdentifier(id)} IS_TEMPLATE false`);
                await client.query(`DROP DATABASE ${escapeIdentifier(id)} WITH (FORCE)`);
            };
            const work = async (client: ClientBase): Promise<void> => {
                const owner = await ownerOf(client, id);
                if (owner) await asMemberOf(client, owner, () => drop(client));
            };
            await server().change(`dropping database ${id}`, work, alone);
        },
    });
}
