import { createHash } from "node:crypto";
import { render, type GuestFile } from "../render";

export interface KamailioView {
    sipDomain: string;
    externalAddress: string;
    internalAddress: string;
    /** Of UDP and TCP. */
    port: number;
    /** Processes per UDP socket, and for all TCP connections. */
    workers: number;
    /** The PBXs, in the order in which they get calls. */
    pbxs: { address: string; port: number }[];
    /** Control sockets of the RTPEngines. */
    media: { address: string; port: number }[];
    /** Passwords by extension. */
    passwords: Record<string, string>;
    /** TLS listener, with its certificate chain and key (PEM); none by default. */
    tls?: { port: number; certificate: string; privateKey: string };
}

/** HA1 of a digest account: MD5 of user, realm and password (RFC 2617, section 3.2.2.2). */
export const ha1 = (user: string, realm: string, password: string): string =>
    createHash("md5").update(`${user}:${realm}:${password}`).digest("hex");

const tlsDir = "/etc/kamailio/tls";

function tlsFiles({ certificate, privateKey }: NonNullable<KamailioView["tls"]>): GuestFile[] {
    const paths = { certificate: `${tlsDir}/cert.pem`, privateKey: `${tlsDir}/key.pem` };
    return [
        { path: "/etc/kamailio/tls.cfg", content: render("kamailio/tls.cfg", paths) },
        { path: paths.certificate, content: certificate },
        { path: paths.privateKey, content: privateKey, mode: "0600" },
    ];
}

/** The files that Kamailio reads when it starts, and only then. */
export const kamailioPaths = [
    "/etc/kamailio/kamailio.cfg",
    "/etc/kamailio/dispatcher.list",
    "/var/lib/kamailio/db/version",
    "/var/lib/kamailio/db/subscriber",
];

/** The files of the TLS listener, read again by `tls.reload`, which leaves connections as they are. */
export const kamailioTlsPaths = ["/etc/kamailio/tls.cfg", `${tlsDir}/cert.pem`, `${tlsDir}/key.pem`];

/** Kamailio's configuration, and its database as text files (module db_text). */
export function kamailioFiles(view: KamailioView): GuestFile[] {
    const { sipDomain } = view;
    const pbxs = view.pbxs.map((pbx, index) => ({ ...pbx, priority: view.pbxs.length - index }));
    const subscribers = Object.entries(view.passwords).map(([extension, password], index) => ({
        id: index + 1,
        username: extension,
        domain: sipDomain,
        ha1: ha1(extension, sipDomain, password),
    }));
    const files: GuestFile[] = [
        {
            path: "/etc/kamailio/kamailio.cfg",
            content: render("kamailio/kamailio.cfg", { ...view, tls: view.tls ?? false }),
        },
        { path: "/etc/kamailio/dispatcher.list", content: render("kamailio/dispatcher.list", { pbxs }) },
        { path: "/var/lib/kamailio/db/version", content: render("kamailio/version", {}) },
        { path: "/var/lib/kamailio/db/subscriber", content: render("kamailio/subscriber", { subscribers }), mode: "0600" },
        { path: "/var/lib/kamailio/db/location", content: render("kamailio/location", {}), initial: true },
    ];
    return view.tls ? [...files, ...tlsFiles(view.tls)] : files;
}
