import { withDatabase } from "../../clients/postgres/connection";
import { answerJob } from "../../process/program";
import type { DatabaseJob, DatabaseReport } from "./core";

// in the lab's network
void answerJob(async ({ login, database, statement }: DatabaseJob): Promise<DatabaseReport> => {
    try {
        return { rows: await withDatabase(login, database, async (client) => (await client.query(statement)).rows) };
    } catch (error) {
        return { error: (error as Error).message };
    }
});
