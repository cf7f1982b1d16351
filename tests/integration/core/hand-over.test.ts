import * as fs from "node:fs";
import * as path from "node:path";
import { withDatabase } from "../../../clients/postgres/connection";
import { migrationsDir, migrationsOf } from "../../../databases/migrations";
import { databaseAccounts, ownerOf } from "../../../services/postgres/accounts";
import { runProgram } from "../../../process/program";
import type { MigrateJob } from "./migrate-main";
import { startPostgres, type TestPostgres } from "./servers";

/* Databases as older versions made them, whose accounts own all that is in them, and what `up` makes of these. */

const databases = ["kamailio", "asterisk", "cdr"] as const;
type Migrated = (typeof databases)[number];

let server: TestPostgres;
const sql = async (database: string, ...statements: string[]) =>
    withDatabase(server.login, database, async (client) => {
        for (const statement of statements) await client.query(statement);
    });
const rows = async (database: string, statement: string) =>
    (await withDatabase(server.login, database, (client) => client.query<Record<string, unknown>>(statement))).rows;
const asAccount = (database: Migrated, statement: string) =>
    withDatabase({ ...server.login, user: databaseAccounts[database], password: "its" }, database, (client) =>
        client.query<Record<string, unknown>>(statement),
    );

/** The first migration, run by the account itself. */
async function makeOld(database: Migrated): Promise<void> {
    const account = databaseAccounts[database];
    const [first] = migrationsOf(database);
    const [up] = fs.readFileSync(path.join(migrationsDir(database), `${first}.sql`), "utf8").split("-- Down Migration");
    await sql(
        "postgres",
        `CREATE ROLE ${account} LOGIN PASSWORD 'its'`,
        `CREATE DATABASE ${database} OWNER ${account}`,
        `REVOKE ALL ON DATABASE ${database} FROM PUBLIC`,
    );
    if (database === "cdr") await sql(database, "CREATE EXTENSION timescaledb");
    await sql(
        database,
        `SET ROLE ${account}`,
        up,
        "CREATE TABLE pgmigrations (id SERIAL PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL)",
        `INSERT INTO pgmigrations (name, run_on) VALUES ('${first}', now())`,
    );
}

/** What the resources of `up` do: owners, databases, grants, migrations. */
async function bringUp(database: Migrated): Promise<string[]> {
    const [owner, account] = [ownerOf(database), databaseAccounts[database]];
    await sql(
        "postgres",
        `ALTER DATABASE ${database} OWNER TO ${owner}`,
        `GRANT CONNECT ON DATABASE ${database} TO ${account}`,
    );
    const job: MigrateJob = { login: server.login, database, roles: { owner, account } };
    return runProgram<string[]>("tests/integration/core/migrate-main.ts", job);
}

beforeAll(async () => {
    server = await startPostgres();
    for (const database of databases) {
        await makeOld(database);
        await sql("postgres", `CREATE ROLE ${ownerOf(database)}`);
    }
    await sql("kamailio", "INSERT INTO subscriber (username, domain, ha1) VALUES ('1001', 'sip.local', 'hash')");
    await sql("kamailio", "INSERT INTO location (ruid, username) VALUES ('a', '1001')");
    await sql("asterisk", "INSERT INTO voicemail (mailbox, password) VALUES ('1001', '123456')");
    await sql("cdr", "INSERT INTO cdr (time, call_id) VALUES (now(), 'first')");
});
afterAll(() => server?.stop());

describe.each(databases)("database %s of an older version", (database) => {
    const ownersIn = async (): Promise<unknown[]> => {
        const found = await rows(
            database,
            "SELECT DISTINCT pg_get_userbyid(relowner)::text AS owner FROM pg_class c JOIN pg_namespace n " +
                "ON n.oid = relnamespace WHERE nspname = 'public' OR relname LIKE '\\_hyper%'",
        );
        return found.map(({ owner }) => owner);
    };

    it("belongs to its account at first, with everything in it", async () => {
        expect(await ownersIn()).toEqual([databaseAccounts[database]]);
    });

    it("belongs to its owner then, with all migrations, and nothing changes when that is repeated", async () => {
        for (let time = 0; time < 2; time++) {
            expect(await bringUp(database)).toEqual(migrationsOf(database));
            expect(await ownersIn()).toEqual([ownerOf(database)]);
            expect(
                await rows(
                    database,
                    "SELECT pg_get_userbyid(datdba)::text AS owner FROM pg_database WHERE datname = current_database()",
                ),
            ).toEqual([{ owner: ownerOf(database) }]);
        }
    });

    it.each([
        ["CREATE TABLE mine (n int)", "permission denied for schema public"],
        ["CREATE TEMPORARY TABLE mine (n int)", "permission denied to create temporary tables"],
        ["SELECT * FROM pgmigrations", "permission denied for table pgmigrations"],
    ])("refuses its account: %s", async (statement, refusal) => {
        await expect(asAccount(database, statement)).rejects.toThrow(refusal);
    });
});

describe("the rows are kept, and the account still works with them", () => {
    it.each<[Migrated, string, Record<string, unknown>[]]>([
        ["kamailio", "SELECT ha1 FROM subscriber", [{ ha1: "hash" }]],
        ["kamailio", "SELECT table_version FROM version WHERE table_name = 'location'", [{ table_version: 9 }]],
        ["kamailio", "UPDATE location SET q = 0.5 RETURNING username", [{ username: "1001" }]],
        ["kamailio", "INSERT INTO location (ruid) VALUES ('b') RETURNING ruid", [{ ruid: "b" }]],
        ["kamailio", "INSERT INTO location_attrs (ruid) VALUES ('b') RETURNING ruid", [{ ruid: "b" }]],
        ["kamailio", "DELETE FROM location WHERE ruid = 'b' RETURNING ruid", [{ ruid: "b" }]],
        ["asterisk", "SELECT * FROM ps_endpoints", []],
        ["asterisk", "SELECT * FROM ps_aors", []],
        [
            "asterisk",
            "UPDATE voicemail SET password = '1' WHERE mailbox = '1001' RETURNING mailbox",
            [{ mailbox: "1001" }],
        ],
        ["cdr", "INSERT INTO cdr (time, call_id) VALUES (now(), 'a') RETURNING call_id", [{ call_id: "a" }]],
        [
            "cdr",
            "INSERT INTO cdr (time, call_id) VALUES (now() - interval '60 days', 'b') RETURNING call_id",
            [{ call_id: "b" }],
        ],
        ["cdr", "SELECT count(*)::int FROM cdr", [{ count: 3 }]],
        ["cdr", "SELECT * FROM recording_config", []],
    ])("in %s: %s", async (database, statement, expected) => {
        expect((await asAccount(database, statement)).rows).toEqual(expected);
    });
});

describe("what an account may not do", () => {
    it.each<[Migrated, string, string]>([
        ["kamailio", "UPDATE subscriber SET ha1 = ''", "permission denied for table subscriber"],
        ["kamailio", "TRUNCATE location", "permission denied for table location"],
        ["kamailio", "DROP TABLE location", "must be owner of table location"],
        ["asterisk", "SELECT * FROM ps_auths", 'relation "ps_auths" does not exist'],
        ["asterisk", "UPDATE voicemail SET mailbox = ''", "permission denied for table voicemail"],
        ["asterisk", "DELETE FROM voicemail", "permission denied for table voicemail"],
        ["cdr", "UPDATE cdr SET cost = 0", "permission denied for table cdr"],
        ["cdr", "DELETE FROM cdr", "permission denied for table cdr"],
        ["cdr", "TRUNCATE cdr", "permission denied for table cdr"],
    ])("in %s: %s", async (database, statement, refusal) => {
        await expect(asAccount(database, statement)).rejects.toThrow(refusal);
    });
});
