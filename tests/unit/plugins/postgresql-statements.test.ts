import type { ClientBase } from "pg";
import type { ServerConfig } from "../../../clients/postgres/server";
import type { EmbeddedProvider } from "../../../engine/provider/embedded";
import { unwrapSecrets, without, type PropertyMap } from "../../../engine/properties";
import { typeOfUrn } from "../../../engine/urn";
import { embeddedPlugin, leaves, packageOf, recorded, type Call } from "../../plugins/records";

/*
 * The statements by which the embedded plugin makes, changes and drops objects of PostgreSQL, and that it says of them what the
 * official plugin was recorded to have said, where the server's catalogue has what it had then.
 */

type Row = Record<string, unknown>;

/** What the server was told, in order: `database> statement`, by one request a line of `BEGIN` and `END`. */
const mockSaid: string[] = [];
/** Rows by a word of the question; the first that fits. */
const mockRows: [RegExp, Row[]][] = [];

jest.mock("../../../clients/postgres/server", () => ({
    PostgresServer: class {
        constructor(readonly config: ServerConfig) {}

        private rows(sql: string): Row[] {
            return mockRows.find(([words]) => words.test(sql))?.[1] ?? [];
        }

        async query(_doing: string, sql: string): Promise<Row[]> {
            return this.rows(sql);
        }

        async change(
            _doing: string,
            work: (client: ClientBase) => Promise<void>,
            { database = this.config.database, transaction = true } = {},
        ): Promise<void> {
            mockSaid.push(`${database}> ${transaction ? "together" : "alone"}`);
            const query = async (sql: string, values: unknown[] = []) => {
                const rows = this.rows(sql);
                // what only looks is no change
                if (!/^\s*SELECT/.test(sql)) mockSaid.push(values.length ? `${sql} ${JSON.stringify(values)}` : sql);
                return { rows, rowCount: rows.length };
            };
            await work({ query } as unknown as ClientBase);
        }

        async close(): Promise<void> {}
    },
}));

const calls = recorded().find((records) => packageOf(records) === "postgresql")!.calls;
const created = calls.filter(({ method, preview }) => method === "create" && !preview);
const shortType = (call: Call): string => typeOfUrn(call.urn).split(":").pop()!;
const example = (type: string): Call => created.find((call) => shortType(call) === type)!;

let plugin: EmbeddedProvider;
beforeAll(async () => {
    plugin = await embeddedPlugin("postgresql");
    await plugin.configure({ host: "192.168.64.1", username: "postgres", password: "secret" });
});
beforeEach(() => {
    mockSaid.splice(0);
    mockRows.splice(0);
});

const rows = (words: RegExp, ...found: Row[]): void => void mockRows.unshift([words, found]);

/** The catalogue as it was when the official plugin had made the object. */
function catalogue(call: Call): void {
    const said = unwrapSecrets(call.outputs) as Record<string, unknown>;
    switch (shortType(call)) {
        case "Role":
            rows(/rolvaliduntil/, {
                rolcanlogin: said.login,
                rolinherit: said.inherit,
                rolcreaterole: said.createRole,
                rolcreatedb: said.createDatabase,
                rolsuper: said.superuser,
                rolreplication: said.replication,
                rolbypassrls: said.bypassRowLevelSecurity,
                rolconnlimit: said.connectionLimit,
                validuntil: said.validUntil,
                roles: [],
            });
            break;
        case "Database":
            rows(/pg_database d/, {
                owner: said.owner,
                encoding: said.encoding,
                datcollate: said.lcCollate,
                datctype: said.lcCtype,
                datconnlimit: said.connectionLimit,
                datallowconn: said.allowConnections,
                datistemplate: said.isTemplate,
                tablespace: said.tablespaceName,
            });
            break;
        case "Extension":
            rows(/SELECT FROM pg_database/, {});
            rows(/pg_extension/, { schema: said.schema, version: said.version });
            break;
        case "Grant":
            rows(/aclexplode/, { privileges: said.privileges ?? [] });
            break;
        case "GrantRole":
            rows(/pg_auth_members/, { admin: said.withAdminOption });
    }
}

/** Whether who is connected may act as other roles without being made a member. */
const acts = (may: boolean) => rows(/pg_has_role/, { acts: may });

test.each(created.map((call) => [`${shortType(call)} ${call.urn.split("::").pop()}`, call] as const))(
    "%s is told as the official plugin told of it",
    async (_name, call) => {
        acts(true);
        catalogue(call);
        const { id, outputs } = await plugin.create(call.urn, call.inputs, { preview: false });
        const [ours, theirs] = [outputs, call.outputs].map((map) =>
            leaves(unwrapSecrets(without(map, "__pulumi_raw_state_delta"))),
        );
        expect(ours).toEqual(theirs);
        expect(id).toBe(call.id);
    },
);

const urnOf = (type: string): string => example(type).urn;
const make = async (type: string, inputs: PropertyMap): Promise<string[]> => {
    const { inputs: checked, failures } = await plugin.check(urnOf(type), {}, inputs);
    expect(failures).toEqual([]);
    // a look afterwards finds nothing, which is no part of this
    await plugin.create(urnOf(type), checked, { preview: false }).catch((error: Error) => {
        if (!error.message.includes("was removed while it was being made")) throw error;
    });
    return mockSaid.splice(0);
};
const remove = async (type: string, outputs: PropertyMap, id = "one"): Promise<string[]> => {
    await plugin.delete(urnOf(type), { id, inputs: outputs, outputs });
    return mockSaid.splice(0);
};
const change = async (type: string, olds: PropertyMap, news: PropertyMap, id = "one"): Promise<string[]> => {
    const { inputs } = await plugin.check(urnOf(type), {}, news);
    const old = { id, inputs: olds, outputs: olds };
    await plugin.update(urnOf(type), old, inputs, [], { preview: false }).catch((error: Error) => {
        if (!error.message.includes("was removed while it was being made")) throw error;
    });
    return mockSaid.splice(0);
};

describe("a role", () => {
    it("is made with all its options, and with its owner's URN", async () => {
        const inputs = {
            name: 'o"ne',
            login: true,
            inherit: false,
            createRole: true,
            createDatabase: true,
            superuser: true,
            replication: true,
            bypassRowLevelSecurity: true,
            connectionLimit: 5,
            validUntil: "2030-01-01",
            roles: ["a", "b"],
        };
        const options =
            "LOGIN NOINHERIT CREATEROLE CREATEDB SUPERUSER REPLICATION BYPASSRLS CONNECTION LIMIT 5 VALID UNTIL '2030-01-01'";
        const [turn, create, ...rest] = await make("Role", inputs);
        expect(turn).toBe("postgres> together");
        expect(
            create
                .replace(/^CREATE ROLE "o""ne" WITH /, "")
                .split(" ")
                .sort(),
        ).toEqual(options.split(" ").sort());
        expect(rest).toEqual([
            `COMMENT ON ROLE "o""ne" IS '${urnOf("Role")}'`,
            'GRANT "a" TO "o""ne"',
            'GRANT "b" TO "o""ne"',
        ]);
    });

    it("may do nothing by default, and has no password where none is given", async () => {
        const [, create] = await make("Role", { name: "one" });
        const words = create.split(" ");
        for (const word of ["LOGIN", "CREATEROLE", "CREATEDB", "SUPERUSER", "REPLICATION", "BYPASSRLS"]) {
            expect(words).toContain(`NO${word}`);
        }
        expect(words).toContain("INHERIT");
        expect(create).toContain("CONNECTION LIMIT -1");
        expect(create).toContain("VALID UNTIL 'infinity'");
        expect(create).not.toContain("PASSWORD");
    });

    it("has a password of which the server gets only the verifier", async () => {
        const [, create] = await make("Role", { name: "one", password: "secret" });
        expect(create).toMatch(/ PASSWORD 'SCRAM-SHA-256\$/);
        expect(create).not.toContain("secret");
    });

    it("that a killed run left is taken over; another is not", async () => {
        rows(/shobj_description/, { made: urnOf("Role") });
        expect((await make("Role", { name: "one" }))[1]).toMatch(/^ALTER ROLE "one" WITH /);
        rows(/shobj_description/, { made: "another" });
        expect((await make("Role", { name: "one" }))[1]).toMatch(/^CREATE ROLE "one" WITH /);
    });

    it("is changed in what differs, and in nothing else", async () => {
        const { inputs: olds } = await plugin.check(urnOf("Role"), {}, { name: "one", login: true, roles: ["a", "b"] });
        const news = { name: "one", login: false, roles: ["b", "c"] };
        expect(await change("Role", olds, news)).toEqual([
            "postgres> together",
            'ALTER ROLE "one" WITH NOLOGIN',
            'REVOKE "a" FROM "one"',
            'GRANT "c" TO "one"',
        ]);
        expect(
            await change("Role", { ...olds, password: "old" }, { name: "one", login: true, roles: ["a", "b"] }),
        ).toEqual(["postgres> together", 'ALTER ROLE "one" WITH PASSWORD NULL']);
        expect(await change("Role", olds, { name: "one", login: true, roles: ["a", "b"] })).toEqual([
            "postgres> together",
        ]);
        await expect(change("Role", olds, { name: "two" })).rejects.toThrow(/role one can't be renamed to two/);
    });

    it("is dropped after its objects were given to the user who drops it, a member meanwhile", async () => {
        rows(/SELECT FROM pg_roles/, {});
        acts(true);
        const dropped = ['REASSIGN OWNED BY "one" TO CURRENT_USER', 'DROP OWNED BY "one"'];
        expect(await remove("Role", { name: "one" })).toEqual(["postgres> together", ...dropped, 'DROP ROLE "one"']);
        acts(false);
        expect(await remove("Role", { name: "one" })).toEqual([
            "postgres> together",
            'GRANT "one" TO CURRENT_USER',
            ...dropped,
            'REVOKE "one" FROM CURRENT_USER',
            'DROP ROLE "one"',
        ]);
    });

    it("stays, or is dropped as it is, where that is asked for; and one that is gone is dropped already", async () => {
        expect(await remove("Role", { name: "one" })).toEqual(["postgres> together"]);
        rows(/SELECT FROM pg_roles/, {});
        expect(await remove("Role", { name: "one", skipDropRole: true })).toEqual([]);
        expect(await remove("Role", { name: "one", skipReassignOwned: true })).toEqual([
            "postgres> together",
            'DROP ROLE "one"',
        ]);
    });
});

describe("a database", () => {
    it("is made alone, by a member of its owner", async () => {
        acts(false);
        expect(
            await make("Database", { name: "one", owner: "me", lcCollate: "C", lcCtype: "D", isTemplate: true }),
        ).toEqual([
            "postgres> alone",
            'GRANT "me" TO CURRENT_USER',
            `CREATE DATABASE "one" OWNER "me" TEMPLATE "template0" ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'D' ` +
                "ALLOW_CONNECTIONS true CONNECTION LIMIT -1 IS_TEMPLATE true",
            'REVOKE "me" FROM CURRENT_USER',
        ]);
        expect(
            await make("Database", { name: "one", template: "t", encoding: "LATIN1", allowConnections: false }),
        ).toEqual([
            "postgres> alone",
            `CREATE DATABASE "one" OWNER CURRENT_USER TEMPLATE "t" ENCODING 'LATIN1' ` +
                "ALLOW_CONNECTIONS false CONNECTION LIMIT -1 IS_TEMPLATE false",
        ]);
    });

    it("that its owner has already was left by a killed run; another's is not taken over", async () => {
        acts(true);
        const asked = async (owner: string): Promise<string[]> => {
            rows(/pg_database d/, { owner });
            return make("Database", { name: "one", owner: "me" });
        };
        expect(await asked("me")).toEqual(["postgres> alone"]);
        expect((await asked("another"))[1]).toMatch(/^CREATE DATABASE/);
    });

    it("is changed in place, its owner only where that is another", async () => {
        acts(true);
        const settings = 'ALTER DATABASE "one" WITH ALLOW_CONNECTIONS true CONNECTION LIMIT 3 IS_TEMPLATE false';
        const olds = { name: "one", owner: "me" };
        expect(await change("Database", olds, { name: "one", owner: "me", connectionLimit: 3 })).toEqual([
            "postgres> alone",
            settings,
        ]);
        expect(await change("Database", olds, { name: "one", owner: "you", connectionLimit: 3 })).toEqual([
            "postgres> alone",
            'ALTER DATABASE "one" OWNER TO "you"',
            settings,
        ]);
        await expect(change("Database", olds, { name: "two" })).rejects.toThrow(/database one can't be renamed to two/);
    });

    it("is dropped with its connections; one that is gone is dropped already", async () => {
        expect(await remove("Database", { name: "one" })).toEqual(["postgres> alone"]);
        rows(/pg_database d/, { owner: "me" });
        acts(true);
        const drop = 'DROP DATABASE "one" WITH (FORCE)';
        expect(await remove("Database", { name: "one" })).toEqual(["postgres> alone", drop]);
        expect(await remove("Database", { name: "one", isTemplate: true })).toEqual([
            "postgres> alone",
            'ALTER DATABASE "one" IS_TEMPLATE false',
            drop,
        ]);
    });
});

describe("an extension", () => {
    it("is made in its database", async () => {
        expect(await make("Extension", { name: "one", database: "cdr" })).toEqual([
            "cdr> together",
            'CREATE EXTENSION IF NOT EXISTS "one"',
        ]);
        const all = { name: "one", schema: "s", version: "1.0", createCascade: true };
        expect(await make("Extension", all)).toEqual([
            "postgres> together",
            `CREATE EXTENSION IF NOT EXISTS "one" SCHEMA "s" VERSION '1.0' CASCADE`,
        ]);
    });

    it("is changed in what differs", async () => {
        const olds = { name: "one", database: "cdr", schema: "s", version: "1" };
        expect(await change("Extension", olds, { ...olds, schema: "t", version: "2" })).toEqual([
            "cdr> together",
            'ALTER EXTENSION "one" SET SCHEMA "t"',
            `ALTER EXTENSION "one" UPDATE TO '2'`,
        ]);
        expect(await change("Extension", olds, olds)).toEqual(["cdr> together"]);
    });

    it("is dropped, with what uses it where that is asked for; with its database it is gone already", async () => {
        expect(await remove("Extension", { name: "one", database: "cdr" })).toEqual([]);
        rows(/SELECT FROM pg_database/, {});
        const dropped = async (dropCascade: boolean) =>
            (await remove("Extension", { name: "one", database: "cdr", dropCascade }))[1];
        expect(await dropped(false)).toBe('DROP EXTENSION IF EXISTS "one" RESTRICT');
        expect(await dropped(true)).toBe('DROP EXTENSION IF EXISTS "one" CASCADE');
    });
});

describe("a grant on a database", () => {
    const grant = (role: string, privileges: string[], more: PropertyMap = {}) => ({
        role,
        database: "cdr",
        objectType: "database",
        privileges,
        ...more,
    });
    const revoked = (to: string) => `REVOKE ALL PRIVILEGES ON DATABASE "cdr" FROM ${to}`;

    it("is of these privileges and no others; everybody is no role", async () => {
        expect(await make("Grant", grant("public", []))).toEqual(["postgres> together", revoked("PUBLIC")]);
        expect(await make("Grant", grant("me", ["CONNECT", "CREATE", "TEMPORARY"]))).toEqual([
            "postgres> together",
            revoked('"me"'),
            'GRANT CONNECT, CREATE, TEMPORARY ON DATABASE "cdr" TO "me"',
        ]);
        expect((await make("Grant", grant("me", ["CONNECT"], { withGrantOption: true })))[2]).toBe(
            'GRANT CONNECT ON DATABASE "cdr" TO "me" WITH GRANT OPTION',
        );
    });

    it("is changed as it is made", async () => {
        expect(await change("Grant", grant("me", []), grant("me", ["CONNECT"]))).toEqual([
            "postgres> together",
            revoked('"me"'),
            'GRANT CONNECT ON DATABASE "cdr" TO "me"',
        ]);
    });

    it("refuses what is no privilege of a database", async () => {
        await expect(make("Grant", grant("me", ["CONNECT", "SELECT"]))).rejects.toThrow(
            "privileges has SELECT; allowed on a database are CONNECT, CREATE, TEMPORARY",
        );
        expect(mockSaid).toEqual([]);
    });

    it("is revoked; one that was removed with its database or role is gone already", async () => {
        expect(await remove("Grant", grant("me", ["CONNECT"]))).toEqual([]);
        rows(/aclexplode/, { privileges: ["CONNECT"] });
        expect(await remove("Grant", grant("me", ["CONNECT"]))).toEqual(["postgres> together", revoked('"me"')]);
    });
});

describe("a membership", () => {
    const member = { role: "me", grantRole: "group", withAdminOption: true };
    const [revoke, grant] = ['REVOKE "group" FROM "me"', 'GRANT "group" TO "me"'];

    it("is granted again, unless it is as wanted", async () => {
        expect(await make("GrantRole", member)).toEqual(["postgres> together", revoke, `${grant} WITH ADMIN OPTION`]);
        expect(await make("GrantRole", { ...member, withAdminOption: false })).toEqual([
            "postgres> together",
            revoke,
            grant,
        ]);
        rows(/pg_auth_members/, { admin: true });
        expect(await make("GrantRole", member)).toEqual([]);
        expect(await make("GrantRole", { ...member, withAdminOption: false })).toEqual([
            "postgres> together",
            revoke,
            grant,
        ]);
    });

    it("is taken back; one that is gone is", async () => {
        expect(await remove("GrantRole", member)).toEqual([]);
        rows(/pg_auth_members/, { admin: true });
        expect(await remove("GrantRole", member)).toEqual(["postgres> together", revoke]);
    });
});

describe("a missing object is reported as gone", () => {
    it.each(["Role", "Database", "Extension", "Grant", "GrantRole"])("%s", async (type) => {
        const call = example(type);
        const { id, inputs, outputs } = call;
        expect(await plugin.read(call.urn, { id, inputs, outputs })).toBeUndefined();
        catalogue(call);
        expect(await plugin.read(call.urn, { id, inputs, outputs })).toMatchObject({ id: call.id });
    });
});
