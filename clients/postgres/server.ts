import * as fs from "node:fs";
import { Client, Pool, type ClientBase, type ClientConfig } from "pg";
import { UnreachableError } from "../unreachable";

export interface ServerConfig {
    host: string;
    port: number;
    username: string;
    password?: string;
    /** The database for objects that belong to no other. */
    database: string;
    sslmode: "verify-full" | "disable";
    /** File of CA certificates (PEM) for `verify-full`; without it, the system's. */
    sslrootcert?: string;
    /** Seconds until a connection must be established. */
    connectTimeout: number;
}

/** Codes of Node and of PostgreSQL (class 57P, appendix A of its manual) for an unavailable server. */
const absent = ["ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "EPIPE", "57P01", "57P03"];

/** PostgreSQL's refusal in one sentence: its message, and its details. */
function explained(error: unknown, doing: string): Error {
    const { message, code, detail, hint } = error as Error & { code?: string; detail?: string; hint?: string };
    const said = [message, detail, hint].filter(Boolean).join("; ");
    const gone = absent.includes(code ?? "") || /timeout expired|terminated unexpectedly/.test(message);
    return gone ? new UnreachableError(`${doing}: ${said}`) : new Error(`${doing}: ${said}`, { cause: error });
}

/** One server. Connections to its main database are kept for the next request; others serve one request each. */
export class PostgresServer {
    private readonly pool: Pool;
    private turn: Promise<unknown> = Promise.resolve();

    constructor(readonly config: ServerConfig) {
        this.pool = new Pool({ ...this.options(config.database), max: 4 });
        this.pool.on("error", () => undefined); // an idle connection ended: the next request makes a new one
    }

    private options(database: string): ClientConfig {
        const { host, port, username, password, sslmode, sslrootcert, connectTimeout } = this.config;
        return {
            host,
            port,
            user: username,
            password,
            database,
            connectionTimeoutMillis: connectTimeout * 1000,
            application_name: "voip-stack",
            ssl: sslmode === "verify-full" && { ca: sslrootcert && fs.readFileSync(sslrootcert, "utf8") },
        };
    }

    private async connected<T>(database: string, work: (client: ClientBase) => Promise<T>): Promise<T> {
        if (database === this.config.database) {
            const client = await this.pool.connect();
            try {
                const result = await work(client);
                client.release();
                return result;
            } catch (error) {
                client.release(true); // rolls back an open transaction
                throw error;
            }
        }
        const client = new Client(this.options(database));
        client.on("error", () => undefined); // shows in the query that needs the connection
        try {
            await client.connect();
            return await work(client);
        } finally {
            await client.end().catch(() => undefined);
        }
    }

    private explain(doing: string) {
        return (error: unknown): never => {
            throw explained(error, `${doing} on ${this.config.host}:${this.config.port}`);
        };
    }

    /** @throws Error that names the attempted action; UnreachableError if the server is unavailable. */
    async query<Row extends object>(doing: string, sql: string, values: unknown[] = [], database?: string) {
        const ask = (client: ClientBase) => client.query<Row>(sql, values);
        const { rows } = await this.connected(database ?? this.config.database, ask).catch(this.explain(doing));
        return rows;
    }

    /**
     * Runs related statements, one request at a time: PostgreSQL refuses two transactions that change the rights of one object
     * ("tuple concurrently updated").
     */
    async change(
        doing: string,
        work: (client: ClientBase) => Promise<void>,
        { database = this.config.database, transaction = true } = {},
    ): Promise<void> {
        const run = (): Promise<void> =>
            this.connected(database, async (client) => {
                if (transaction) await client.query("BEGIN");
                await work(client);
                if (transaction) await client.query("COMMIT");
            });
        const mine = this.turn.then(run).catch(this.explain(doing));
        this.turn = mine.catch(() => undefined);
        return mine;
    }

    close(): Promise<void> {
        return this.pool.end();
    }
}
