import { render, type GuestFile } from "../../configs/render";
import { directoryFile, readBy, userAndDirectoryApply, userFile, type ContainerUser } from "../container-user";
import type { AgentTemplate } from "../vault-agent/templates";

export interface AsteriskView {
    /** Name of the VM. */
    name: string;
    sipDomain: string;
    internalAddress: string;
    port: number;
    tlsPort: number;
    /** The SIP proxies, by the name of their VM. */
    proxies: { name: string; address: string; port: number }[];
    rtpMin: number;
    rtpMax: number;
    /** Seconds until voicemail answers. */
    ringSeconds: number;
    /** Address of PostgreSQL, and the content of the PEM file to check its certificate against. */
    postgres: { host: string; port: number; ca: string };
}

/** Files that a reload applies. */
export const reloaded = [
    "cdr",
    "extconfig",
    "extensions",
    "indications",
    "logger",
    "manager",
    "pjsip",
    "rtp",
    "voicemail",
].map((name) => `/etc/asterisk/${name}.conf`);

const postgresCa = "/etc/asterisk/postgres-ca.pem";

const startOnly = [
    ...["asterisk", "modules", "pjsip_transport", "sorcery"].map((name) => `/etc/asterisk/${name}.conf`),
    "/etc/asterisk/odbc.ini",
    "/etc/asterisk/odbcinst.ini",
];

/** Files that are read only at the start, or with the first connection to the database. */
export const restarted = [...startOnly, postgresCa];

/** Files that exist because Asterisk complains otherwise. */
const defaults = ["acl", "ccss", "cel", "features", "pjproject", "stasis", "udptl"];

/** Asterisk's user, in its container and on its VM. */
export const asteriskUser: ContainerUser = { name: "asterisk", id: 5080, purpose: "PBX" };

/** Directory of messages and greetings, which outlive the container. */
export const asteriskSpoolDir = "/var/spool/asterisk";

/** Directories for sockets and the internal database (astdb), which holds nothing that has to outlive a start. */
export const asteriskMemoryDirs = ["/run/asterisk", "/var/lib/asterisk"];

const credentialsFile = "/etc/asterisk/res_odbc.conf";

/** Directory of Asterisk's certificate, which the VM's agent renders: cert.pem and key.pem. */
export const asteriskTlsDir = "/etc/asterisk/tls";

/** The command after a change of its user, or of its directory. */
export const asteriskUserApply = userAndDirectoryApply(asteriskUser, [`${asteriskTlsDir}/key.pem`, credentialsFile]);

/**
 * Asterisk's environment: the directory of odbc.ini and odbcinst.ini. Not ODBCINI: unixODBC opens that file for writing, and
 * treats it as empty if it can't.
 */
export const asteriskEnvironment = { ODBCSYSINI: "/etc/asterisk" };

/** Asterisk's configuration: SIP trunks to the proxies, dial plan; extensions and voicemail boxes are in PostgreSQL. */
export function asteriskFiles(view: AsteriskView): GuestFile[] {
    const tls = { certificate: `${asteriskTlsDir}/cert.pem`, privateKey: `${asteriskTlsDir}/key.pem` };
    const all = { ...view, ...tls, ca: postgresCa };
    const template = (path: string): string => path.replace("/etc/", "");
    return [
        ...[...reloaded, ...startOnly].map((path) => ({ path, content: render(template(path), all) })),
        ...defaults.map((name) => ({
            path: `/etc/asterisk/${name}.conf`,
            content: render("asterisk/defaults.conf", {}),
        })),
        { path: postgresCa, content: view.postgres.ca },
        userFile(asteriskUser),
        directoryFile(asteriskUser, asteriskSpoolDir),
    ];
}

/**
 * The agent's template for Asterisk: a PostgreSQL user that lives as long as its lease.
 * @param reload shell command after which new connections use it
 */
export function asteriskCredentials(reload: string): AgentTemplate {
    const contents = render("asterisk/res_odbc.conf", {
        username: "{{ .Data.username }}",
        password: "{{ .Data.password }}",
    });
    return {
        name: "asterisk-db",
        kind: "credential",
        secret: "database/creds/asterisk",
        files: [{ path: credentialsFile, ...readBy(asteriskUser), contents }],
        reload,
    };
}
