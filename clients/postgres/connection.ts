import * as fs from "node:fs";
import type { Client } from "pg";

/** An account of a PostgreSQL server. */
export interface PostgresLogin {
    host: string;
    port: number;
    user: string;
    password: string;
    /** File of CA certificates (PEM) to check the server's certificate against. */
    caFile: string;
}

/**
 * Works with one database over a separate connection.
 * @throws Error with the server and the database if it can't be reached; errors of `work`, with these before them
 */
export async function withDatabase<T>(
    login: PostgresLogin,
    database: string,
    work: (client: Client) => Promise<T>,
): Promise<T> {
    const { host, port, user, password, caFile } = login;
    // Loaded only here: the program, which only computes the contents of databases, loads this file too.
    const client = new (await import("pg")).Client({
        host,
        port,
        user,
        password,
        database,
        ssl: { ca: fs.readFileSync(caFile, "utf8") },
        connectionTimeoutMillis: 30_000,
        application_name: "voip-stack",
    });
    client.on("error", () => undefined); // an ended connection shows in the query that needs it
    try {
        await client.connect();
        return await work(client);
    } catch (error) {
        throw new Error(`database ${database} at ${host}:${port}: ${(error as Error).message}`, { cause: error });
    } finally {
        await client.end().catch(() => undefined);
    }
}

/** Does everything in `work`, or nothing of it. */
export async function inTransaction<T>(client: Client, work: () => Promise<T>): Promise<T> {
    await client.query("BEGIN");
    try {
        const result = await work();
        await client.query("COMMIT");
        return result;
    } catch (error) {
        await client.query("ROLLBACK").catch(() => undefined);
        throw error;
    }
}

/** Whether a database, or a table in it, was not found (appendix A of PostgreSQL's manual). */
export function isAbsent(error: unknown): boolean {
    const { code } = ((error as Error).cause ?? {}) as { code?: string };
    return code === "3D000" || code === "42P01";
}
