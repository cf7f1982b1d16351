import { withDatabase } from "../../clients/postgres/connection";
import { answerJob } from "../../process/program";
import { counted, type Rows, type RowsJob } from "./counts";

// in the lab's network, where PostgreSQL is
void answerJob(async ({ login }: RowsJob): Promise<Rows> => {
    const rows: Rows = {};
    for (const [name, { database, table }] of Object.entries(counted)) {
        const count = await withDatabase(login, database, (client) =>
            client.query<{ count: string }>(`SELECT count(*) FROM ${table}`),
        );
        rows[name] = Number(count.rows[0].count);
    }
    return rows;
});
