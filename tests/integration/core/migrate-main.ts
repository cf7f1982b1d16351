import type { PostgresLogin } from "../../../clients/postgres/connection";
import { migrate, type DatabaseRoles } from "../../../databases/migrate";
import { answerJob } from "../../../process/program";

export interface MigrateJob {
    login: PostgresLogin;
    database: string;
    roles: DatabaseRoles;
}

// jest can't load node-pg-migrate, which is an ES module
void answerJob(({ login, database, roles }: MigrateJob) => migrate(login, database, roles));
