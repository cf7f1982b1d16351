import { Client, escapeIdentifier } from "pg";
import { inTransaction, withDatabase, type PostgresLogin } from "../clients/postgres/connection";
import { migrationsDir } from "./migrations";
import { loadNodePgMigrate } from "./node-pg-migrate";

/** Where node-pg-migrate records what it has run. */
const table = "pgmigrations";

async function applied(client: Client): Promise<string[]> {
    const { rows } = await client.query<{ there: boolean }>("SELECT to_regclass($1) IS NOT NULL AS there", [
        `public.${table}`,
    ]);
    if (!rows[0].there) return [];
    return (await client.query<{ name: string }>(`SELECT name FROM ${table} ORDER BY id`)).rows.map((row) => row.name);
}

/** The migrations that the database has had. */
export const appliedMigrations = (login: PostgresLogin, database: string): Promise<string[]> =>
    withDatabase(login, database, applied);

export interface DatabaseRoles {
    /** Owns all that migrations make. */
    owner: string;
    /** Works in the database, with the rights that migrations give it. */
    account: string;
}

const owned = `SELECT count(*)::int AS count FROM pg_shdepend WHERE deptype = 'o'
    AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND refobjid = (SELECT oid FROM pg_roles WHERE rolname = $1)`;

/**
 * Gives the owner what the account owns: in databases of older versions, everything. A running service goes on: the account
 * may still read and change all rows, until the migrations say what it needs.
 */
async function handOver(client: Client, { owner, account }: DatabaseRoles): Promise<void> {
    const { rows } = await client.query<{ count: number }>(owned, [account]);
    if (rows[0].count === 0) return;
    const [giver, taker] = [escapeIdentifier(account), escapeIdentifier(owner)];
    await inTransaction(client, async () => {
        await client.query(`REASSIGN OWNED BY ${giver} TO ${taker}`);
        await client.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${giver}`);
        await client.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${giver}`);
    });
}

/** Only the owner makes something in a database. Since version 15 of PostgreSQL that is so from the start. */
async function closeSchema(client: Client, { owner }: DatabaseRoles): Promise<void> {
    await client.query("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    await client.query(`GRANT CREATE ON SCHEMA public TO ${escapeIdentifier(owner)}`);
}

/**
 * Runs the migrations that the database has not had yet: all or none, under a lock, as the owner.
 * @returns all that it has had now
 */
export function migrate(login: PostgresLogin, database: string, roles: DatabaseRoles): Promise<string[]> {
    return withDatabase(login, database, async (client) => {
        const { runner } = await loadNodePgMigrate();
        await handOver(client, roles);
        await closeSchema(client, roles);
        await client.query(`SET ROLE ${escapeIdentifier(roles.owner)}`);
        const logger = {
            debug: () => undefined,
            info: () => undefined,
            warn: (text: string) => console.error(text),
            error: (text: string) => console.error(text),
        };
        await runner({
            dbClient: client,
            dir: migrationsDir(database),
            direction: "up",
            migrationsTable: table,
            singleTransaction: true,
            checkOrder: true,
            logger,
        });
        return applied(client);
    });
}
