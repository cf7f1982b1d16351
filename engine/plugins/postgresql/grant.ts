import { escapeIdentifier, type ClientBase } from "pg";
import type { PostgresServer } from "../../../clients/postgres/server";
import type { Fields } from "../inputs";
import { nulls, objectType } from "../object";
import type { Properties, ResourceType } from "../plugin";

const privileges = ["CONNECT", "CREATE", "TEMPORARY"];

const fields: Fields = {
    role: { shape: "string", required: true, replaces: true },
    database: { shape: "string", required: true, replaces: true },
    objectType: { shape: "string", required: true, replaces: true, oneOf: ["database"] },
    privileges: { shape: { set: "string" }, required: true },
    withGrantOption: { shape: "boolean", default: false, replaces: true },
};

/** `public` stands for everybody and is not a role. */
const grantee = (role: string): string => (role === "public" ? "PUBLIC" : escapeIdentifier(role));

const selectPrivileges = `SELECT ARRAY(
        SELECT privilege_type::text FROM aclexplode(COALESCE(datacl, acldefault('d', datdba)))
        WHERE grantee = CASE $2 WHEN 'public' THEN 0 ELSE (SELECT oid FROM pg_roles WHERE rolname = $2) END
    ) AS privileges FROM pg_database WHERE datname = $1
    AND ($2 = 'public' OR EXISTS (SELECT FROM pg_roles WHERE rolname = $2))`;

async function revoke(client: ClientBase, { role, database }: Properties): Promise<void> {
    const name = escapeIdentifier(database as string);
    await client.query(`REVOKE ALL PRIVILEGES ON DATABASE ${name} FROM ${grantee(role as string)}`);
}

/**
 * postgresql:index/grant:Grant on a database: the role has exactly these privileges. An empty list revokes what everybody has
 * by default.
 */
export function grantType(server: () => PostgresServer): ResourceType {
    const apply = (inputs: Properties): Promise<void> => {
        const wanted = inputs.privileges as string[];
        const strange = wanted.filter((privilege) => !privileges.includes(privilege));
        if (strange.length > 0) {
            throw new Error(`privileges has ${strange.join(", ")}; allowed on a database are ${privileges.join(", ")}`);
        }
        const [role, database] = [inputs.role as string, inputs.database as string];
        return server().change(`granting on database ${database} to ${role}`, async (client) => {
            await revoke(client, inputs);
            if (wanted.length === 0) return;
            const option = inputs.withGrantOption ? " WITH GRANT OPTION" : "";
            await client.query(
                `GRANT ${wanted.join(", ")} ON DATABASE ${escapeIdentifier(database)} TO ${grantee(role)}${option}`,
            );
        });
    };
    return objectType({
        fields,
        others: nulls("columns", "objects", "schema"),
        async create(inputs) {
            await apply(inputs);
            return { id: `${inputs.role as string}_${inputs.database as string}_database` };
        },
        async read(id, { role, database }) {
            const [seen] = await server().query<{ privileges: string[] }>(`reading grant ${id}`, selectPrivileges, [
                database,
                role,
            ]);
            return seen && { privileges: seen.privileges };
        },
        update: (_id, _olds, inputs) => apply(inputs),
        async delete(id, outputs) {
            const there = await server().query(`reading grant ${id}`, selectPrivileges, [
                outputs.database,
                outputs.role,
            ]);
            if (there.length > 0) await server().change(`revoking ${id}`, (client) => revoke(client, outputs));
        },
    });
}
