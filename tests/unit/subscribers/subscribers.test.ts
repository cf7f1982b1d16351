import type { Client } from "pg";
import * as connection from "../../../clients/postgres/connection";
import { addSubscribers, ha1, listSubscribers, removeSubscribers } from "../../../subscribers/subscribers";

jest.mock("../../../clients/postgres/connection", () => ({
    withDatabase: jest.fn(),
    inTransaction: jest.fn(async (client: { query(sql: string): unknown }, work: () => Promise<unknown>) => {
        client.query("BEGIN");
        const result = await work();
        client.query("COMMIT");
        return result;
    }),
}));

const login = { host: "192.168.64.1", port: 5432, user: "postgres", password: "secret", caFile: "/ca.pem" };
const subscriber = { extension: "1001", ha1: "of-1001", voicemailPin: "123456" };

/** What the databases were asked, in order. */
let asked: { database: string; sql: string; values: unknown[] }[];
/** What they have, by a word of the question. */
let rows: Record<string, object[]>;

beforeEach(() => {
    [asked, rows] = [[], {}];
    jest.mocked(connection.withDatabase).mockImplementation(async (given, database, work) => {
        expect(given).toBe(login);
        const query = async (sql: string, values: unknown[] = []) => {
            asked.push({ database, sql: sql.replace(/\s+/g, " "), values });
            return { rows: Object.entries(rows).find(([word]) => sql.includes(word))?.[1] ?? [] };
        };
        return work({ query } as unknown as Client);
    });
});

test("a phone proves its password by the hash of RFC 2617, section 3.2.2.2", () => {
    expect(ha1("Mufasa", "testrealm@host.com", "Circle Of Life")).toBe("939e7578ed9e3c518a452acee763bce9");
});

/** Of an insert that takes the place of what is there: table, key, and the row. */
function upserted({ database, sql, values }: (typeof asked)[number]) {
    const [, table, names, places, key, changes] =
        /^INSERT INTO (\w+) \((.*?)\) VALUES \((.*?)\) ON CONFLICT \((.*?)\) DO UPDATE SET (.*)$/.exec(sql) ?? [];
    const columns = names.split(", ");
    expect(places).toBe(columns.map((_, index) => `$${index + 1}`).join(", "));
    const keys = key.split(", ");
    const changed = columns.filter((name) => !keys.includes(name));
    expect(changes).toBe(changed.map((name) => `${name} = EXCLUDED.${name}`).join(", "));
    return { database, table, key, row: Object.fromEntries(columns.map((name, index) => [name, values[index]])) };
}

describe("an extension that is added", () => {
    it("has all that a call needs in Asterisk's database before it can register at the proxy", async () => {
        await addSubscribers(login, "sip.local", [subscriber]);
        const statements = asked.filter(({ sql }) => sql.startsWith("INSERT")).map(upserted);
        const asterisk = { database: "asterisk" };
        expect(statements).toEqual([
            {
                ...asterisk,
                table: "ps_aors",
                key: "id",
                row: { id: "1001", max_contacts: 1, remove_existing: "yes", mailboxes: "1001@default" },
            },
            {
                ...asterisk,
                table: "ps_endpoints",
                key: "id",
                row: {
                    id: "1001",
                    aors: "1001",
                    auth: "1001",
                    context: "from-proxy",
                    disallow: "all",
                    allow: "ulaw,alaw,g722",
                    direct_media: "no",
                    rtp_symmetric: "yes",
                    force_rport: "yes",
                    rewrite_contact: "yes",
                    dtmf_mode: "rfc4733",
                    timers: "yes",
                    allow_subscribe: "no",
                    from_domain: "sip.local",
                    callerid: "1001 <1001>",
                    mailboxes: "1001@default",
                },
            },
            {
                ...asterisk,
                table: "voicemail",
                key: "context, mailbox",
                row: { context: "default", mailbox: "1001", password: "123456", fullname: "1001" },
            },
            {
                database: "kamailio",
                table: "subscriber",
                key: "username, domain",
                row: { username: "1001", domain: "sip.local", ha1: "of-1001" },
            },
        ]);
    });

    it("is added to each database as a whole", async () => {
        await addSubscribers(login, "sip.local", [subscriber, { ...subscriber, extension: "1002" }]);
        const outline = asked.map(({ database, sql }) => `${database} ${sql.split(" ")[0]}`);
        expect(outline).toEqual([
            "asterisk BEGIN",
            ...Array<string>(6).fill("asterisk INSERT"),
            "asterisk COMMIT",
            "kamailio BEGIN",
            ...Array<string>(2).fill("kamailio INSERT"),
            "kamailio COMMIT",
        ]);
    });
});

describe("an extension that is removed", () => {
    it("can't register any more before its calls lose what they need; its registration is removed too", async () => {
        rows = { "DELETE FROM subscriber": [{ username: "1001" }] };
        expect(await removeSubscribers(login, "sip.local", ["1001", "1009"])).toEqual(["1001"]);
        const both = [["1001", "1009"]];
        expect(asked.filter(({ sql }) => sql.startsWith("DELETE"))).toEqual([
            { database: "kamailio", sql: "DELETE FROM location WHERE username = ANY($1)", values: both },
            {
                database: "kamailio",
                sql: "DELETE FROM subscriber WHERE username = ANY($1) AND domain = $2 RETURNING username",
                values: [...both, "sip.local"],
            },
            ...["ps_endpoints", "ps_aors"].map((table) => ({
                database: "asterisk",
                sql: `DELETE FROM ${table} WHERE id = ANY($1)`,
                values: both,
            })),
            {
                database: "asterisk",
                sql: "DELETE FROM voicemail WHERE context = 'default' AND mailbox = ANY($1)",
                values: both,
            },
        ]);
        expect(asked.filter(({ sql }) => sql === "COMMIT")).toHaveLength(2);
    });
});

test("extensions whose rows don't belong together are not there", async () => {
    rows = {
        "FROM subscriber": [
            { extension: "1001", ha1: "a" },
            { extension: "1002", ha1: "b" },
        ],
        "FROM ps_endpoints": [
            { extension: "1001", voicemailPin: "1" },
            { extension: "1009", voicemailPin: "9" },
        ],
    };
    expect(await listSubscribers(login, "sip.local")).toEqual([{ extension: "1001", ha1: "a", voicemailPin: "1" }]);
    expect(asked.map(({ database, values }) => [database, values])).toEqual([
        ["kamailio", ["sip.local"]],
        ["asterisk", ["sip.local"]],
    ]);
});
