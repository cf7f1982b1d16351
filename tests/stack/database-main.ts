import * as fs from "node:fs";
import { Socket } from "node:net";
import { Client } from "pg";
import { answerJob } from "../../process/program";
import type { DatabaseJob, DatabaseReport } from "./core";

/** A socket that connects from an address. */
class SocketFrom extends Socket {
    constructor(private readonly from: string) {
        super();
    }

    override connect(...to: unknown[]): this {
        const [port, host] = to as [number, string];
        return super.connect({ port, host, localAddress: this.from });
    }
}

// in the lab's network
void answerJob(async (job: DatabaseJob): Promise<DatabaseReport> => {
    const { login, database, statement, socketDir, localAddress } = job;
    const { host, port, user, password, caFile } = login;
    const client = new Client({
        ...{ host: socketDir ?? host, port, user, password, database },
        ssl: { ca: fs.readFileSync(caFile, "utf8"), host },
        connectionTimeoutMillis: 30_000,
        ...(localAddress ? { stream: () => new SocketFrom(localAddress) } : {}),
    });
    client.on("error", () => undefined); // shows in what it is asked
    try {
        await client.connect();
        return { rows: (await client.query<Record<string, unknown>>(statement)).rows };
    } catch (error) {
        return { error: (error as Error).message };
    } finally {
        await client.end().catch(() => undefined);
    }
});
