import { render, type GuestFile } from "../../configs/render";

export interface KamailioView {
    sipDomain: string;
    externalAddress: string;
    internalAddress: string;
    /** Of UDP and TCP. */
    port: number;
    tlsPort: number;
    /** Processes per UDP socket, and for all TCP connections. */
    workers: number;
    /** The PBXs, in the order in which they get calls. */
    pbxs: { address: string; port: number }[];
    /** Control sockets of the RTPEngines. */
    media: { address: string; port: number }[];
}

/** Directory of Kamailio's certificate, which the VM's agent renders: cert.pem and key.pem. */
export const kamailioTlsDir = "/etc/kamailio/tls";

/** The files that Kamailio reads when it starts, and only then. */
export const kamailioPaths = ["/etc/kamailio/kamailio.cfg", "/etc/kamailio/dispatcher.list"];

/** Settings of the TLS listener, read again by `tls.reload`, which leaves connections as they are. */
export const kamailioTlsPath = "/etc/kamailio/tls.cfg";

/** Kamailio's configuration; accounts and registrations are in PostgreSQL. */
export function kamailioFiles(view: KamailioView): GuestFile[] {
    const pbxs = view.pbxs.map((pbx, index) => ({ ...pbx, priority: view.pbxs.length - index }));
    const tls = { certificate: `${kamailioTlsDir}/cert.pem`, privateKey: `${kamailioTlsDir}/key.pem` };
    return [
        { path: "/etc/kamailio/kamailio.cfg", content: render("kamailio/kamailio.cfg", view) },
        { path: "/etc/kamailio/dispatcher.list", content: render("kamailio/dispatcher.list", { pbxs }) },
        { path: kamailioTlsPath, content: render("kamailio/tls.cfg", tls) },
    ];
}
