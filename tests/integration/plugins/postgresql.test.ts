import { withDatabase } from "../../../clients/postgres/connection";
import { pluginFor, type Plugin } from "../../../engine/plugins";
import { context } from "../../unit/plugins/context";
import { startPostgres, type TestPostgres } from "../core/servers";
import { create, diff, drift, remove, update } from "./life-cycle";

let server: TestPostgres;
let plugin: Plugin;
const type = (name: string) => {
    const token = `postgresql:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
    return plugin.types[token];
};
const sql = (text: string, database = "postgres") =>
    withDatabase(server.login, database, (client) => client.query<Record<string, unknown>>(text));

beforeAll(async () => {
    server = await startPostgres();
    const { host, port, user, password, caFile } = server.login;
    plugin = await pluginFor("postgresql")!();
    await plugin.configure({ host, port: String(port), username: user, password, sslrootcert: caFile });
});

afterAll(async () => {
    await plugin?.close?.();
    await server?.stop();
});

describe("Role", () => {
    it("is created, read, changed and deleted, and recognised by its name", async () => {
        const role = await create(type("Role"), { name: "alice", login: true, password: "one", connectionLimit: 3 });
        expect(role.id).toBe("alice");
        expect(role.outputs).toMatchObject({
            superuser: false,
            inherit: true,
            validUntil: "infinity",
            password: "one",
        });
        const login = { ...server.login, user: "alice" };
        const asAlice = (password: string) =>
            withDatabase({ ...login, password }, "postgres", (client) => client.query("SELECT 1"));
        await asAlice("one");
        const changed = await update(role, { name: "alice", login: true, password: "two", createRole: true });
        await asAlice("two");
        await expect(asAlice("one")).rejects.toThrow(/password authentication failed/);
        await expect(type("Role").update!("alice", {}, { name: "alicia" }, context())).rejects.toThrow(
            /can't be renamed/,
        );
        await sql("ALTER ROLE alice NOLOGIN CONNECTION LIMIT 9");
        expect((await drift(changed))?.sort()).toEqual(["connectionLimit", "login"]);
        await remove(changed);
    });

    it("never sends a password that the server could log", async () => {
        await sql("ALTER SYSTEM SET log_statement = 'all'");
        await sql("SELECT pg_reload_conf()");
        const role = await create(type("Role"), { name: "logged", login: true, password: "plainly-visible" });
        await sql("ALTER SYSTEM RESET log_statement");
        await sql("SELECT pg_reload_conf()");
        expect(server.log()).toContain('CREATE ROLE "logged"');
        expect(server.log()).not.toContain("plainly-visible");
        await remove(role);
    });

    it("takes over what a killed run of the same resource left, and nobody else's role", async () => {
        const inputs = { name: "left", login: true };
        const { inputs: checked } = await type("Role").check({}, inputs);
        await type("Role").create(checked, context());
        const again = await create(type("Role"), inputs);
        await expect(type("Role").create(checked, context({ urn: "urn:another" }))).rejects.toThrow(/already exists/);
        await remove(again);
    });

    it("gives the objects of a dropped role to the user who drops it", async () => {
        const role = await create(type("Role"), { name: "owner" });
        await sql("CREATE TABLE kept (n int); ALTER TABLE kept OWNER TO owner");
        await remove(role);
        const { rows } = await sql("SELECT tableowner FROM pg_tables WHERE tablename = 'kept'");
        expect(rows).toEqual([{ tableowner: "postgres" }]);
    });
});

describe("Database, Grant, GrantRole, Extension", () => {
    it("are created, read, changed and deleted", async () => {
        const owner = await create(type("Role"), { name: "bob" });
        const other = await create(type("Role"), { name: "carol" });
        const database = await create(type("Database"), { name: "shop", owner: "bob" });
        expect(database.outputs).toMatchObject({
            encoding: "UTF8",
            template: "template0",
            tablespaceName: "pg_default",
        });

        const closed = await create(type("Grant"), {
            role: "public",
            database: "shop",
            objectType: "database",
            privileges: [],
        });
        expect(closed.id).toBe("public_shop_database");
        const may = async () =>
            (await sql("SELECT has_database_privilege('carol', 'shop', 'CONNECT') AS may")).rows[0].may;
        expect(await may()).toBe(false);
        await sql("GRANT TEMPORARY ON DATABASE shop TO PUBLIC");
        expect(await drift(closed)).toEqual(["privileges"]);
        const mended = await update(
            { ...closed, outputs: { ...closed.outputs, privileges: ["TEMPORARY"] } },
            closed.inputs,
        );

        const grant = { role: "carol", database: "shop", objectType: "database", privileges: ["CONNECT"] };
        const open = await create(type("Grant"), grant);
        expect(await may()).toBe(true);
        const more = await update(open, { ...grant, privileges: ["CREATE", "CONNECT"] });
        expect(await diff(more, { ...grant, role: "bob" })).toMatchObject({
            replaces: ["privileges", "role"].slice(1),
        });

        const member = await create(type("GrantRole"), { role: "carol", grantRole: "bob", withAdminOption: true });
        expect(member.id).toBe("carol_bob_true");
        expect(await diff(member, { role: "carol", grantRole: "bob" })).toMatchObject({
            replaces: ["withAdminOption"],
        });
        await sql("CREATE ROLE dave");
        await sql("GRANT bob TO dave GRANTED BY carol");
        await create(type("GrantRole"), member.inputs); // made before by a run that was killed, and passed on since
        await sql("REVOKE bob FROM dave GRANTED BY carol");
        await sql("DROP ROLE dave");
        await sql("REVOKE ADMIN OPTION FOR bob FROM carol");
        expect(await drift(member)).toEqual(["withAdminOption"]);

        const extension = await create(type("Extension"), { name: "timescaledb", database: "shop", dropCascade: true });
        expect(extension.id).toBe("shop.timescaledb");
        expect(extension.outputs.version).toMatch(/^2\./);
        await sql("DROP EXTENSION timescaledb", "shop");
        expect(await drift(extension)).toBeUndefined();
        await remove(await create(type("Extension"), extension.inputs));

        const handed = await update(database, { name: "shop", owner: "carol", connectionLimit: 5 });
        await sql("ALTER DATABASE shop OWNER TO bob");
        expect(await drift(handed)).toEqual(["owner"]);
        expect(await diff(handed, { ...handed.inputs, encoding: "SQL_ASCII" })).toMatchObject({
            replaces: ["encoding"],
        });

        await remove(member);
        for (const made of [more, mended]) await made.type.delete(made.id, made.outputs, context());
        await remove(handed);
        for (const role of [owner, other]) await remove(role);
    });

    it("works without being a superuser", async () => {
        await sql("CREATE ROLE operator LOGIN CREATEROLE CREATEDB PASSWORD 'op'");
        const limited = await pluginFor("postgresql")!();
        const { host, port, caFile } = server.login;
        await limited.configure({
            host,
            port: String(port),
            username: "operator",
            password: "op",
            sslrootcert: caFile,
        });
        const limitedType = (token: string) => limited.types[`postgresql:index/${token}`];
        const role = await create(limitedType("role:Role"), { name: "dave" });
        const database = await create(limitedType("database:Database"), { name: "davedb", owner: "dave" });
        const { rows } = await sql("SELECT pg_has_role('operator', 'dave', 'USAGE') AS may");
        expect(rows).toEqual([{ may: false }]);
        await remove(database);
        await remove(role);
        await limited.close?.();
        await sql("DROP ROLE operator");
    });
});

describe("a server that is not there", () => {
    it("is unreachable for a refresh, and named in an error", async () => {
        const absent = await pluginFor("postgresql")!();
        await absent.configure({ host: "127.0.0.1", port: "1", sslmode: "disable" });
        const role = absent.types["postgresql:index/role:Role"];
        await expect(role.read!("x", {}, {})).rejects.toMatchObject({ name: "UnreachableError" });
        await expect(role.read!("x", {}, {})).rejects.toThrow(/reading role x on 127.0.0.1:1: .*ECONNREFUSED/);
        await absent.close?.();
    });

    it("needs a certificate check, or an explicit setting without one", async () => {
        const wrong = await pluginFor("postgresql")!();
        await expect(wrong.configure({ host: "h", sslmode: "require", port: "x" })).rejects.toThrow(
            /sslmode is "require", must be one of verify-full, disable; port is "x"|port is "x".*sslmode/,
        );
    });
});
