import * as connections from "../../../clients/postgres/connection";
import { cdrPolicies, ensureCdrPolicies } from "../../../databases/cdr-policies";
import { presentObjects } from "../../../databases/claim";
import { appliedMigrations, migrate } from "../../../databases/migrate";
import { migrationsDir, migrationsOf } from "../../../databases/migrations";
import * as packages from "../../../databases/node-pg-migrate";

jest.mock("../../../clients/postgres/connection");
jest.mock("../../../databases/node-pg-migrate");

const login = { host: "db", port: 5432, user: "voip", password: "secret", caFile: "/ca" };
let used: string[];
let asked: { sql: string; values?: unknown[] }[];
let answers: [RegExp, object[]][];
const sql = (): string[] => asked.map((each) => each.sql);
const client = {
    query: async (text: string, values?: unknown[]) => {
        asked.push({ sql: text.replace(/\s+/g, " "), ...(values && { values }) });
        return { rows: answers.find(([pattern]) => pattern.test(text))?.[1] ?? [] };
    },
};

beforeEach(() => {
    [used, asked, answers] = [[], [], []];
    jest.mocked(connections.withDatabase).mockImplementation(async (by, database, work) => {
        expect(by).toBe(login);
        used.push(database);
        return work(client as never);
    });
    const { inTransaction } = jest.requireActual<typeof connections>("../../../clients/postgres/connection");
    jest.mocked(connections.inTransaction).mockImplementation(inTransaction);
});

describe("migrations", () => {
    const table = [/to_regclass/, [{ there: true }]] as [RegExp, object[]];
    const had = [/FROM pgmigrations/, [{ name: "1_a" }, { name: "2_b" }]] as [RegExp, object[]];
    const runner = jest.fn();
    beforeEach(() => {
        runner.mockReset().mockResolvedValue([]);
        jest.mocked(packages.loadNodePgMigrate).mockResolvedValue({ runner });
    });

    it("that a database has had are in its own table, in order", async () => {
        answers = [table, had];
        expect(await appliedMigrations(login, "cdr")).toEqual(["1_a", "2_b"]);
        expect(used).toEqual(["cdr"]);
        expect(asked).toEqual([
            { sql: "SELECT to_regclass($1) IS NOT NULL AS there", values: ["public.pgmigrations"] },
            { sql: "SELECT name FROM pgmigrations ORDER BY id" },
        ]);
    });

    it("of a new database are none, whose table is not asked for", async () => {
        answers = [[/to_regclass/, [{ there: false }]], had];
        expect(await appliedMigrations(login, "cdr")).toEqual([]);
        expect(asked).toHaveLength(1);
    });

    const roles = { owner: "cdr-owner", account: "writer" };
    const owns = (count: number): [RegExp, object[]] => [/FROM pg_shdepend/, [{ count }]];

    it("run all or none, in order, as the owner, who alone makes something", async () => {
        answers = [table, had, owns(0)];
        expect(await migrate(login, "cdr", roles)).toEqual(["1_a", "2_b"]);
        expect(asked[0]).toMatchObject({ values: ["writer"] });
        expect(sql().slice(1, 4)).toEqual([
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
            'GRANT CREATE ON SCHEMA public TO "cdr-owner"',
            'SET ROLE "cdr-owner"',
        ]);
        expect(runner.mock.calls).toEqual([
            [
                {
                    dbClient: client,
                    dir: migrationsDir("cdr"),
                    direction: "up",
                    migrationsTable: "pgmigrations",
                    singleTransaction: true,
                    checkOrder: true,
                    logger: expect.anything() as unknown,
                },
            ],
        ]);
    });

    it("begin with what the account owned before: it is the owner's then, and the account still works with all rows", async () => {
        answers = [table, had, owns(7)];
        await migrate(login, "cdr", roles);
        expect(sql().slice(1, 7)).toEqual([
            "BEGIN",
            'REASSIGN OWNED BY "writer" TO "cdr-owner"',
            'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "writer"',
            'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "writer"',
            "COMMIT",
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        ]);
        expect(runner).toHaveBeenCalledTimes(1);
    });

    it("say only what is wrong", async () => {
        const said = jest.spyOn(console, "error").mockImplementation();
        answers = [table, owns(0)];
        await migrate(login, "cdr", roles);
        const [[{ logger }]] = runner.mock.calls as [[packages.RunnerOption]];
        for (const level of ["debug", "info", "warn", "error"] as const) logger?.[level](level);
        expect(said.mock.calls).toEqual([["warn"], ["error"]]);
        said.mockRestore();
    });

    it("of a database are the files of its folder, in order, without their ending", () => {
        const names = migrationsOf("cdr");
        expect(migrationsDir("cdr")).toMatch(/\/migrations\/cdr$/);
        expect(names.length).toBeGreaterThan(0);
        expect(names).toEqual([...names].sort());
        for (const name of names) expect(name).not.toMatch(/\.sql$/);
    });
});

test("what a server has already is asked for in one question", async () => {
    answers = [[/pg_roles/, [{ name: "database cdr" }, { name: "role voip" }]]];
    expect(await presentObjects(login, ["voip"], ["cdr"])).toEqual(["database cdr", "role voip"]);
    expect(used).toEqual(["postgres"]);
    expect(asked).toEqual([
        {
            sql:
                "SELECT 'role ' || rolname AS name FROM pg_roles WHERE rolname = ANY($1) UNION ALL " +
                "SELECT 'database ' || datname FROM pg_database WHERE datname = ANY($2) ORDER BY 1",
            values: [["voip"], ["cdr"]],
        },
    ]);
});

describe("policies of CDRs", () => {
    const has = (license: string, ...policies: string[]) =>
        (answers = [
            [/current_setting/, [{ license }]],
            [/jobs/, policies.map((proc_name) => ({ proc_name }))],
        ]);

    it.each([
        ["timescale", ["policy_compression", "policy_retention"], "policy"],
        ["timescale", ["policy_compression"], "scheduled"],
        ["apache", [], "scheduled"],
    ])("under licence %s with %j: %s", async (license, policies, retention) => {
        has(license, ...policies);
        expect(await cdrPolicies(login)).toEqual({ license, retention });
        expect(used).toEqual(["cdr"]);
        expect(sql()).toEqual([
            "SELECT current_setting('timescaledb.license') AS license",
            "SELECT proc_name FROM timescaledb_information.jobs WHERE hypertable_name = 'cdr'",
        ]);
    });

    it("compress after a week and drop after 90 days, where the licence allows that", async () => {
        has("timescale", "policy_retention");
        expect(await ensureCdrPolicies(login)).toEqual({ license: "timescale", retention: "policy" });
        expect(asked.slice(2, 5)).toEqual([
            { sql: "ALTER TABLE cdr SET (timescaledb.compress, timescaledb.compress_orderby = 'time DESC')" },
            {
                sql: "SELECT add_compression_policy('cdr', make_interval(days => $1), if_not_exists => true)",
                values: [7],
            },
            {
                sql: "SELECT add_retention_policy('cdr', make_interval(days => $1), if_not_exists => true)",
                values: [90],
            },
        ]);
        expect(asked).toHaveLength(7);
    });

    it("are not asked for under another licence", async () => {
        has("apache");
        expect(await ensureCdrPolicies(login)).toEqual({ license: "apache", retention: "scheduled" });
        expect(
            sql().every((text) => text.startsWith("SELECT current_setting") || text.startsWith("SELECT proc_name")),
        ).toBe(true);
    });
});
