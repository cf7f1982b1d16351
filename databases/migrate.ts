import { Client, escapeIdentifier } from "pg";
import { withDatabase, type PostgresLogin } from "../clients/postgres/connection";
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

/**
 * Runs the migrations that the database has not had yet: all or none, under a lock; `owner` owns what they make.
 * @returns all that it has had now
 */
export function migrate(login: PostgresLogin, database: string, owner: string): Promise<string[]> {
    return withDatabase(login, database, async (client) => {
        const { runner } = await loadNodePgMigrate();
        await client.query(`SET ROLE ${escapeIdentifier(owner)}`);
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
