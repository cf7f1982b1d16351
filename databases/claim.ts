import { withDatabase, type PostgresLogin } from "../clients/postgres/connection";

/** Which of these roles and databases the server already has, in words. */
export function presentObjects(login: PostgresLogin, roles: string[], databases: string[]): Promise<string[]> {
    return withDatabase(login, "postgres", async (client) => {
        const { rows } = await client.query<{ name: string }>(
            `SELECT 'role ' || rolname AS name FROM pg_roles WHERE rolname = ANY($1)
            UNION ALL SELECT 'database ' || datname FROM pg_database WHERE datname = ANY($2)
            ORDER BY 1`,
            [roles, databases],
        );
        return rows.map((row) => row.name);
    });
}
