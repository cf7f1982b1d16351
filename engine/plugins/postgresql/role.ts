import { escapeIdentifier, escapeLiteral, type ClientBase } from "pg";
import type { PostgresServer } from "../../../clients/postgres/server";
import { changedFields, type Fields } from "../inputs";
import type { Properties, ResourceType } from "../plugin";
import { nulls, objectType } from "../object";
import { scramVerifier } from "./scram";
import { asMemberOf } from "./member";
import { keepName } from "./names";

const flag = (initial: boolean) => ({ shape: "boolean", default: initial }) as const;

const fields: Fields = {
    name: { shape: "string", required: true },
    password: { shape: "string" },
    login: flag(false),
    inherit: flag(true),
    createRole: flag(false),
    createDatabase: flag(false),
    superuser: flag(false),
    replication: flag(false),
    bypassRowLevelSecurity: flag(false),
    connectionLimit: { shape: "integer", default: -1, atLeast: -1 },
    validUntil: { shape: "string", default: "infinity" },
    encryptedPassword: flag(true),
    roles: { shape: { set: "string" } },
    skipDropRole: flag(false),
    skipReassignOwned: flag(false),
};

const attributes: Record<string, string> = {
    login: "LOGIN",
    inherit: "INHERIT",
    createRole: "CREATEROLE",
    createDatabase: "CREATEDB",
    superuser: "SUPERUSER",
    replication: "REPLICATION",
    bypassRowLevelSecurity: "BYPASSRLS",
};

/** The options of CREATE ROLE and ALTER ROLE for the named properties. */
function options(inputs: Properties, names: string[]): string {
    return names
        .flatMap((name) => {
            const value = inputs[name];
            if (attributes[name]) return [`${value ? "" : "NO"}${attributes[name]}`];
            if (name === "connectionLimit") return [`CONNECTION LIMIT ${Number(value)}`];
            if (name === "validUntil") return [`VALID UNTIL ${escapeLiteral(value as string)}`];
            if (name === "password")
                return [`PASSWORD ${value ? escapeLiteral(scramVerifier(value as string)) : "NULL"}`];
            return [];
        })
        .join(" ");
}

async function setMemberships(client: ClientBase, name: string, olds: string[], news: string[]): Promise<void> {
    const role = escapeIdentifier(name);
    for (const gone of olds.filter((other) => !news.includes(other))) {
        await client.query(`REVOKE ${escapeIdentifier(gone)} FROM ${role}`);
    }
    for (const added of news.filter((other) => !olds.includes(other))) {
        await client.query(`GRANT ${escapeIdentifier(added)} TO ${role}`);
    }
}

const rolesOf = (properties: Properties): string[] => (properties.roles ?? []) as string[];

interface RoleRow {
    roles: string[];
    rolsuper: boolean;
    rolinherit: boolean;
    rolcreaterole: boolean;
    rolcreatedb: boolean;
    rolcanlogin: boolean;
    rolreplication: boolean;
    rolbypassrls: boolean;
    rolconnlimit: number;
    validuntil: string;
}

const selectRole = `SELECT *, COALESCE(rolvaliduntil::text, 'infinity') AS validuntil,
    ARRAY(SELECT pg_get_userbyid(roleid)::text FROM pg_auth_members WHERE member = pg_roles.oid) AS roles
    FROM pg_roles WHERE rolname = $1`;

/** Whether a killed run made a role of this name for this very resource, without recording it. */
async function isLeftOver(client: ClientBase, name: string, urn: string): Promise<boolean> {
    const { rows } = await client.query<{ made: string | null }>(
        "SELECT shobj_description(oid, 'pg_authid') AS made FROM pg_roles WHERE rolname = $1",
        [name],
    );
    return rows[0]?.made === urn;
}

/** postgresql:index/role:Role. A password is never read back: the server stores only a verifier. */
export function roleType(server: () => PostgresServer): ResourceType {
    return objectType({
        fields,
        secretOutputs: ["password", "passwordWo"],
        others: {
            ...nulls("encrypted", "passwordWo", "passwordWoVersion", "searchPaths"),
            assumeRole: "",
            idleInTransactionSessionTimeout: 0,
            statementTimeout: 0,
        },
        async create(inputs, { urn }) {
            const name = inputs.name as string;
            const role = escapeIdentifier(name);
            const given = Object.keys(fields).filter((field) => field !== "password" || inputs.password);
            await server().change(`creating role ${name}`, async (client) => {
                const verb = (await isLeftOver(client, name, urn)) ? "ALTER" : "CREATE";
                await client.query(`${verb} ROLE ${role} WITH ${options(inputs, given)}`);
                await client.query(`COMMENT ON ROLE ${role} IS ${escapeLiteral(urn)}`);
                await setMemberships(client, name, [], rolesOf(inputs));
            });
            return { id: name };
        },
        async read(id, known) {
            const [seen] = await server().query<RoleRow>(`reading role ${id}`, selectRole, [id]);
            return (
                seen && {
                    name: id,
                    login: seen.rolcanlogin,
                    inherit: seen.rolinherit,
                    createRole: seen.rolcreaterole,
                    createDatabase: seen.rolcreatedb,
                    superuser: seen.rolsuper,
                    replication: seen.rolreplication,
                    bypassRowLevelSecurity: seen.rolbypassrls,
                    connectionLimit: seen.rolconnlimit,
                    validUntil: seen.validuntil,
                    encryptedPassword: true,
                    // memberships that the program does not give here may be separate resources
                    roles: known.roles && seen.roles,
                }
            );
        },
        async update(id, olds, inputs) {
            keepName("role", id, inputs.name as string);
            await server().change(`changing role ${id}`, async (client) => {
                const changes = options(inputs, changedFields(fields, olds, inputs));
                if (changes) await client.query(`ALTER ROLE ${escapeIdentifier(id)} WITH ${changes}`);
                await setMemberships(client, id, rolesOf(olds), rolesOf(inputs));
            });
        },
        async delete(id, outputs) {
            if (outputs.skipDropRole) return;
            const role = escapeIdentifier(id);
            await server().change(`dropping role ${id}`, async (client) => {
                const { rowCount } = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [id]);
                if (rowCount === 0) return;
                if (!outputs.skipReassignOwned) {
                    await asMemberOf(client, id, async () => {
                        await client.query(`REASSIGN OWNED BY ${role} TO CURRENT_USER`);
                        await client.query(`DROP OWNED BY ${role}`);
                    });
                }
                await client.query(`DROP ROLE ${role}`);
            });
        },
    });
}
