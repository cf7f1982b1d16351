import * as fs from "node:fs";
import { escapeIdentifier, Pool, type ClientBase, type PoolConfig } from "pg";
import { UnreachableError } from "../plugin";

export interface ServerConfig {
    host: string;
    port: number;
    username: string;
    password?: string;
    /** The database for what belongs to no other. */
    database: string;
    sslmode: "verify-full" | "disable";
    /** File of CA certificates (PEM) for `verify-full`; without it, the system's. */
    sslrootcert?: string;
    /** Seconds until a connection must be there. */
    connectTimeout: number;
}

/** Codes of Node and of PostgreSQL (class 57P, appendix A of its manual) for a server that is not there to answer. */
const absent = ["ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "EPIPE", "57P01", "57P03"];

/** What PostgreSQL refused, in one sentence: its message, and what it says besides. */
function explained(error: unknown, doing: string): Error {
    const { message, code, detail, hint } = error as Error & { code?: string; detail?: string; hint?: string };
    const said = [message, detail, hint].filter(Boolean).join("; ");
    const gone = absent.includes(code ?? "") || /timeout expired|terminated unexpectedly/.test(message);
    return gone ? new UnreachableError(`${doing}: ${said}`) : new Error(`${doing}: ${said}`, { cause: error });
}

/** One server. Connections are made where needed and kept for the next request. */
export class PostgresServer {
    private readonly pools = new Map<string, Pool>();
    private turn: Promise<unknown> = Promise.resolve();

    constructor(readonly config: ServerConfig) {}

    private pool(database: string): Pool {
        let pool = this.pools.get(database);
        if (!pool) {
            const { host, port, username, password, sslmode, sslrootcert, connectTimeout } = this.config;
            const options: PoolConfig = {
                host,
                port,
                user: username,
                password,
                database,
                max: 2,
                connectionTimeoutMillis: connectTimeout * 1000,
                application_name: "voip-stack",
                ssl: sslmode === "verify-full" && { ca: sslrootcert && fs.readFileSync(sslrootcert, "utf8") },
            };
            pool = new Pool(options);
            pool.on("error", () => undefined); // an idle connection that ended: the next request makes a new one
            this.pools.set(database, pool);
        }
        return pool;
    }

    /** @throws Error that says what was being done; UnreachableError when the server is not there. */
    async query<Row extends object>(doing: string, sql: string, values: unknown[] = [], database?: string) {
        const { rows } = await this.pool(database ?? this.config.database)
            .query<Row>(sql, values)
            .catch((error: unknown) => {
                throw explained(error, `${doing} on ${this.config.host}:${this.config.port}`);
            });
        return rows;
    }

    /**
     * Statements that belong together, one request at a time: PostgreSQL refuses two transactions that change the rights
     * of one object ("tuple concurrently updated").
     */
    async change(
        doing: string,
        work: (client: ClientBase) => Promise<void>,
        { database = this.config.database, transaction = true } = {},
    ): Promise<void> {
        const run = async (): Promise<void> => {
            const client = await this.pool(database).connect();
            try {
                if (transaction) await client.query("BEGIN");
                await work(client);
                if (transaction) await client.query("COMMIT");
                client.release();
            } catch (error) {
                client.release(true); // rolls back
                throw error;
            }
        };
        const mine = this.turn.then(run).catch((error: unknown) => {
            throw explained(error, `${doing} on ${this.config.host}:${this.config.port}`);
        });
        this.turn = mine.catch(() => undefined);
        return mine;
    }

    /** Ends the connections to a database that is to go. */
    async leave(database: string): Promise<void> {
        const pool = this.pools.get(database);
        this.pools.delete(database);
        await pool?.end();
    }

    async close(): Promise<void> {
        await Promise.all([...this.pools.keys()].map((database) => this.leave(database)));
    }
}

/**
 * Runs `work` while the connected user is a member of `role`, which it must be to give something to that role or to take
 * its place, unless it is a superuser.
 */
export async function asMemberOf(client: ClientBase, role: string, work: () => Promise<void>): Promise<void> {
    const { rows } = await client.query<{ member: boolean }>(
        "SELECT pg_has_role(current_user, $1, 'MEMBER') AS member",
        [role],
    );
    if (rows[0].member) return work();
    const name = escapeIdentifier(role);
    await client.query(`GRANT ${name} TO CURRENT_USER`);
    await work();
    await client.query(`REVOKE ${name} FROM CURRENT_USER`);
}
