import type { Properties, Value } from "../../../engine/plugins";
import { checked, inputsOf, type Inputs } from "./inputs-of";

const text: [Value, Value] = ["a", "b"];
const list: [Value, Value] = [["a"], ["b"]];
const number: [Value, Value] = [5, 6];
const flag: [Value, Value] = [true, false];

const types: Record<string, Inputs> = {
    "postgresql:index/database:Database": {
        values: {
            name: text,
            owner: text,
            template: text,
            encoding: text,
            lcCollate: text,
            lcCtype: text,
            connectionLimit: number,
            allowConnections: flag,
            isTemplate: flag,
            alterObjectOwnership: flag,
        },
        required: ["name"],
        defaults: { connectionLimit: -1, allowConnections: true },
        replaces: ["template", "encoding", "lcCollate", "lcCtype"],
        kept: ["owner", "template", "encoding", "lcCollate", "lcCtype", "isTemplate"],
    },
    "postgresql:index/extension:Extension": {
        values: {
            name: text,
            database: text,
            schema: text,
            version: text,
            dropCascade: flag,
            createCascade: flag,
        },
        required: ["name"],
        defaults: {},
        replaces: ["name", "database"],
        kept: ["database", "schema", "version"],
    },
    "postgresql:index/grant:Grant": {
        values: {
            role: text,
            database: text,
            objectType: ["database", "database"],
            privileges: list,
            withGrantOption: flag,
        },
        required: ["role", "database", "objectType", "privileges"],
        defaults: {},
        replaces: ["role", "database", "objectType", "withGrantOption"],
        kept: [],
    },
    "postgresql:index/grantRole:GrantRole": {
        values: { role: text, grantRole: text, withAdminOption: flag },
        required: ["role", "grantRole"],
        defaults: {},
        replaces: ["role", "grantRole", "withAdminOption"],
        kept: [],
    },
    "postgresql:index/role:Role": {
        values: {
            name: text,
            password: text,
            login: flag,
            inherit: flag,
            createRole: flag,
            createDatabase: flag,
            superuser: flag,
            replication: flag,
            bypassRowLevelSecurity: flag,
            connectionLimit: number,
            validUntil: text,
            encryptedPassword: flag,
            roles: list,
            skipDropRole: flag,
            skipReassignOwned: flag,
        },
        required: ["name"],
        defaults: { inherit: true, connectionLimit: -1, validUntil: "infinity", encryptedPassword: true },
        replaces: [],
        kept: [],
    },
};

test.each(Object.entries(types))("what makes a %s anew, and what is filled in", async (token, expected) => {
    expect(await inputsOf(token, expected)).toEqual(expected);
});

it.each<[string, Properties, string]>([
    ["postgresql:index/database:Database", { connectionLimit: -2 }, "connectionLimit is -2, must be at least -1"],
    ["postgresql:index/role:Role", { connectionLimit: -2 }, "connectionLimit is -2, must be at least -1"],
    [
        "postgresql:index/grant:Grant",
        { role: "a", database: "b", privileges: [], objectType: "table" },
        'objectType is "table", must be one of database',
    ],
])("a %s with %j is refused", async (token, more, reason) => {
    const name = token.includes("grant") ? {} : { name: "a" };
    expect((await checked(token, { ...name, ...more })).reasons).toEqual([reason]);
});

test("the number of connections may be limited to 0, or not at all by -1", async () => {
    for (const token of ["postgresql:index/database:Database", "postgresql:index/role:Role"])
        for (const connectionLimit of [-1, 0])
            expect((await checked(token, { name: "a", connectionLimit })).reasons).toEqual([]);
});
