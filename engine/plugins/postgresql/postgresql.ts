import { PostgresServer, type ServerConfig } from "../../../clients/postgres/server";
import type { Fields } from "../inputs";
import { bridged } from "../bridge";
import type { Plugin, Properties } from "../plugin";
import { readProviderConfig } from "../provider-config";
import { databaseType } from "./database";
import { extensionType } from "./extension";
import { grantRoleType } from "./grant-role";
import { grantType } from "./grant";
import { roleType } from "./role";

const configFields: Fields = {
    host: { shape: "string", required: true },
    port: { shape: "integer", default: 5432, atLeast: 1 },
    database: { shape: "string", default: "postgres" },
    username: { shape: "string", default: "postgres" },
    password: { shape: "string" },
    sslmode: { shape: "string", default: "verify-full", oneOf: ["verify-full", "disable"] },
    sslrootcert: { shape: "string" },
    superuser: { shape: "boolean" },
    connectTimeout: { shape: "integer", default: 180, atLeast: 1 },
};

/** The types of @pulumi/postgresql that a program here may use. */
export function postgresqlPlugin(): Plugin {
    let server: PostgresServer | undefined;
    const configured = (): PostgresServer => {
        if (!server) throw new Error("the postgresql provider's server is not known yet");
        return server;
    };
    return {
        name: "postgresql",
        version: "3.18.1",
        async configure(config: Properties) {
            const given: Properties = { ...config, host: config.host ?? process.env.PGHOST };
            const read = readProviderConfig("postgresql", configFields, {
                ...given,
                password: config.password ?? process.env.PGPASSWORD,
            });
            if (read) server = new PostgresServer(read as unknown as ServerConfig);
        },
        types: bridged({
            "postgresql:index/database:Database": databaseType(configured),
            "postgresql:index/extension:Extension": extensionType(configured),
            "postgresql:index/grant:Grant": grantType(configured),
            "postgresql:index/grantRole:GrantRole": grantRoleType(configured),
            "postgresql:index/role:Role": roleType(configured),
        }),
        functions: {},
        async close() {
            await server?.close();
        },
    };
}
