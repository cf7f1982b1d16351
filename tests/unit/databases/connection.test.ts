import { inTransaction, isAbsent, withDatabase } from "../../../clients/postgres/connection";
import { PostgresServer } from "../../../clients/postgres/server";
import { UnreachableError } from "../../../clients/unreachable";
import type * as fake from "./postgres";
import { refusal } from "./postgres";

jest.mock("pg", () => {
    const { FakePostgres: Fake } = jest.requireActual<typeof fake>("./postgres");
    const postgres = new Fake();
    return { ...postgres.module(), postgres };
});
const { postgres } = jest.requireMock<{ postgres: fake.FakePostgres }>("pg");
beforeEach(() => postgres.reset());

const login = { host: "192.0.2.1", port: 5432, user: "voip", password: "secret", caFile: "/dev/null" };

describe("work with one database", () => {
    it("has a connection of its own, whose server is checked, and ends it", async () => {
        expect(await withDatabase(login, "cdr", async (client) => (await client.query("SELECT 1")).rows)).toEqual([]);
        expect(postgres.connections).toEqual([
            {
                ...{
                    host: "192.0.2.1",
                    port: 5432,
                    user: "voip",
                    password: "secret",
                    database: "cdr",
                    ssl: { ca: "" },
                },
                ...{ connectionTimeoutMillis: 30_000, application_name: "voip-stack" },
            },
        ]);
        expect(postgres.done).toEqual(["connect", { sql: "SELECT 1" }, "end"]);
    });

    it("that fails names database and server, with the cause", async () => {
        const cause = refusal("no such table", { code: "42P01" });
        postgres.answer(/^SELECT/, cause);
        const failed = withDatabase(login, "cdr", (client) => client.query("SELECT 1"));
        await expect(failed).rejects.toMatchObject({ message: "database cdr at 192.0.2.1:5432: no such table", cause });
        expect(postgres.done.at(-1)).toBe("end");
    });

    it("fails also when there is no connection, and does not mind one that does not end well", async () => {
        postgres.answer(/^connect$/, refusal("ECONNREFUSED"));
        postgres.answer(/^end$/, refusal("not connected"));
        await expect(withDatabase(login, "cdr", async () => 1)).rejects.toThrow("192.0.2.1:5432: ECONNREFUSED");
    });

    it.each([
        ["3D000", true],
        ["42P01", true],
        ["28P01", false],
    ])("with code %s may mean that there is none: %s", (code, expected) => {
        expect(isAbsent(new Error("x", { cause: refusal("y", { code }) }))).toBe(expected);
        expect(isAbsent(new Error("x"))).toBe(false);
    });

    it("is done in full, or not at all", async () => {
        const all = () =>
            withDatabase(login, "cdr", (client) =>
                inTransaction(client, async () => (await client.query("INSERT"), 5)),
            );
        expect(await all()).toBe(5);
        expect(postgres.queries().map(({ sql }) => sql)).toEqual(["BEGIN", "INSERT", "COMMIT"]);
        postgres.reset();
        postgres.answer(/^INSERT/, refusal("no space"));
        postgres.answer(/^ROLLBACK/, refusal("connection lost"));
        await expect(all()).rejects.toThrow("no space");
        expect(postgres.queries().map(({ sql }) => sql)).toEqual(["BEGIN", "INSERT", "ROLLBACK"]);
    });
});

describe("a PostgreSQL server", () => {
    const config = {
        ...{ host: "db", port: 5433, username: "root", password: "secret", database: "postgres" },
        ...{ sslmode: "verify-full" as const, sslrootcert: "/dev/null", connectTimeout: 15 },
    };

    it("is connected to as configured, four times at most for its main database", () => {
        new PostgresServer(config);
        new PostgresServer({ ...config, sslmode: "disable" });
        new PostgresServer({ ...config, sslrootcert: undefined });
        expect(postgres.connections[0]).toEqual({
            ...{ host: "db", port: 5433, user: "root", password: "secret", database: "postgres", max: 4 },
            ...{ connectionTimeoutMillis: 15_000, application_name: "voip-stack", ssl: { ca: "" } },
        });
        expect(postgres.connections[1].ssl).toBe(false);
        expect(postgres.connections[2].ssl).toEqual({ ca: undefined });
    });

    it("keeps the connection to its main database, and no other", async () => {
        postgres.answer(/^SELECT/, [{ one: 1 }]);
        const server = new PostgresServer(config);
        expect(await server.query("asking", "SELECT $1", [1])).toEqual([{ one: 1 }]);
        expect(postgres.done).toEqual(["connect", { sql: "SELECT $1", values: [1] }, "release"]);
        postgres.done = [];
        await server.query("asking", "SELECT 2", [], "cdr");
        expect(postgres.done).toEqual(["connect", { sql: "SELECT 2", values: [] }, "end"]);
        expect(postgres.connections[1].database).toBe("cdr");
        await server.close();
        expect(postgres.done.at(-1)).toBe("end");
    });

    it("says what was refused, and does not use that connection again", async () => {
        postgres.answer(/^SELECT/, refusal("denied", { code: "42501", detail: "of cdr", hint: "grant it" }));
        const failed = new PostgresServer(config).query("asking", "SELECT 1");
        await expect(failed).rejects.toThrow(/^asking on db:5433: denied; of cdr; grant it$/);
        await expect(failed).rejects.not.toBeInstanceOf(UnreachableError);
        expect(postgres.done.at(-1)).toBe("release true");
    });

    it.each([
        ...["ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "EPIPE", "57P01", "57P03"].map(
            (code): [string, string | undefined] => ["away", code],
        ),
        ["timeout expired", undefined],
        ["Connection terminated unexpectedly", undefined],
    ])("that is not there to answer is not known: %s %s", async (message, code) => {
        postgres.answer(/^connect$/, refusal(message, { code }));
        const server = new PostgresServer(config);
        await expect(server.query("asking", "SELECT 1")).rejects.toBeInstanceOf(UnreachableError);
        await expect(server.change("changing", async () => undefined)).rejects.toThrow(
            `changing on db:5433: ${message}`,
        );
    });

    it("is changed by one transaction after the other, also after one that failed", async () => {
        const server = new PostgresServer(config);
        const query = (sql: string) => async (client: { query(sql: string): Promise<unknown> }) =>
            void (await client.query(sql));
        postgres.answer(/^bad$/, refusal("denied"));
        const changes = [
            server.change("first", query("bad")),
            server.change("second", query("GRANT")),
            server.change("third", query("CREATE DATABASE"), { transaction: false, database: "cdr" }),
        ];
        const [first] = await Promise.allSettled(changes);
        expect(first).toMatchObject({ reason: new Error("first on db:5433: denied") });
        expect(postgres.done.map((each) => (typeof each === "string" ? each : each.sql))).toEqual([
            ...["connect", "BEGIN", "bad", "release true"],
            ...["connect", "BEGIN", "GRANT", "COMMIT", "release"],
            ...["connect", "CREATE DATABASE", "end"],
        ]);
    });
});
