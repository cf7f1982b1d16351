import { render, type GuestFile } from "../../configs/render";
import { kamailioUser } from "../kamailio/files";
import type { AgentTemplate } from "../vault-agent/templates";

/** Directory of PgBouncer's socket; `PGHOST` of its clients. */
export const pgbouncerSocketDir = "/var/lib/pgbouncer";

export interface PgbouncerView {
    /** Part of its socket's name. */
    port: number;
    /** Content of the PEM file to check PostgreSQL's certificate against. */
    postgresCa: string;
}

const dir = "/etc/pgbouncer";
const paths = {
    settings: `${dir}/pgbouncer.ini`,
    credentials: `${dir}/credentials.ini`,
    hba: `${dir}/hba.conf`,
    ident: `${dir}/ident.conf`,
    users: `${dir}/userlist.txt`,
    ca: `${dir}/postgres-ca.pem`,
    unit: "/etc/systemd/system/pgbouncer.service.d/socket.conf",
};

/**
 * Who may connect: a user of the database, and whose processes on the VM do so. Root, which a Kamailio of an older version is, has
 * the database's password anyway.
 */
const identities = [
    { user: "kamailio", database: "kamailio", processes: [{ process: kamailioUser.name }, { process: "root" }] },
];

/** Files that a reload applies. */
export const pgbouncerPaths = [paths.settings, paths.hba, paths.ident, paths.users, paths.ca];

/** The unit, whose changes systemd must reload. */
export const pgbouncerUnitPath = paths.unit;

/** PgBouncer's configuration, except the server's address and password. */
export function pgbouncerFiles(view: PgbouncerView): GuestFile[] {
    const all = { ...paths, port: view.port, socketDir: pgbouncerSocketDir, identities };
    return [
        { path: paths.settings, content: render("pgbouncer/pgbouncer.ini", all) },
        { path: paths.hba, content: render("pgbouncer/hba.conf", all) },
        { path: paths.ident, content: render("pgbouncer/ident.conf", all) },
        { path: paths.users, content: render("pgbouncer/userlist.txt", all) },
        { path: paths.ca, content: view.postgresCa },
        { path: paths.unit, content: render("pgbouncer/socket.conf", {}) },
    ];
}

/**
 * The agent's template for PgBouncer: the address of PostgreSQL, with the user and the password of a static role.
 * @param role of Vault's database engine, also the name of the user and of the database
 */
export function pgbouncerCredentials(role: "kamailio", server: { host: string; port: number }): AgentTemplate {
    const connection = `host=${server.host} port=${server.port} dbname=${role}`;
    const account = "user={{ .Data.username }} password={{ .Data.password }}";
    return {
        name: `${role}-db`,
        kind: "credential",
        secret: `database/static-creds/${role}`,
        files: [
            {
                path: paths.credentials,
                mode: "0600",
                owner: "postgres:postgres",
                contents: `[databases]\n${role} = ${connection} ${account}\n`,
            },
        ],
        reload: "systemctl reload-or-restart pgbouncer",
    };
}
