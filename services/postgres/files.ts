import { render } from "../../configs/render";
import { adminAccount } from "./accounts";

/** From where an account works in its database. */
export interface DatabaseClient {
    database: string;
    /** A user, or with `+` before it the members of a role. */
    user: string;
    /** Of the client's machine. */
    address: string;
}

/** Files that a reload applies. */
export const postgresReloaded = ["pg_hba.conf"];

export interface PostgresView {
    /** Where it listens. */
    address: string;
    port: number;
    clients: DatabaseClient[];
    /** Of the superuser. */
    password: string;
}

/** The files of PostgreSQL's configuration directory, by name. Secret. */
export function postgresFiles(view: PostgresView): Record<string, string> {
    return {
        "postgresql.conf": render("postgres/postgresql.conf", view),
        "pg_hba.conf": render("postgres/pg_hba.conf", { ...view, admin: adminAccount }),
        password: view.password,
    };
}
