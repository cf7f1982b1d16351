import { render } from "../../configs/render";

export interface PostgresView {
    /** Where it listens. */
    address: string;
    port: number;
    /** Of the superuser. */
    password: string;
}

/** The files of PostgreSQL's configuration directory, by name. Secret. */
export function postgresFiles(view: PostgresView): Record<string, string> {
    return {
        "postgresql.conf": render("postgres/postgresql.conf", view),
        "pg_hba.conf": render("postgres/pg_hba.conf", {}),
        password: view.password,
    };
}
