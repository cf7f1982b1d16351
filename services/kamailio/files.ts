import { render, type GuestFile } from "../../configs/render";
import { readBy, userApply, userFile, type ContainerUser } from "../container-user";
import type { AgentTemplate } from "../vault-agent/templates";
import { limitsFile, limitsPath, type LimitsView } from "./limits";

export interface KamailioView {
    sipDomain: string;
    /** What happens to SIP from outside without TLS, and what an address and an account may do. */
    edge: LimitsView & { plainSip: "refuse" | "drop" | "allow" };
    externalAddress: string;
    internalAddress: string;
    /** Of UDP and TCP. */
    port: number;
    tlsPort: number;
    /** Of HTTP, for Prometheus; on the internal network. */
    metricsPort: number;
    /** Processes per UDP socket, and for all TCP connections. */
    workers: number;
    /** The PBXs, in the order in which they get calls. */
    pbxs: { address: string; port: number }[];
    /** Control sockets of the RTPEngines. */
    media: { address: string; port: number }[];
    /** Socket of Valkey, where the proxies share their counters; without it each counts alone. */
    valkeySocket?: string;
}

/** Kamailio's user, in its container and on its VM. */
export const kamailioUser: ContainerUser = { name: "kamailio", id: 5060, purpose: "SIP proxy" };

/** Directory of Kamailio's certificate, which the VM's agent renders: cert.pem and key.pem. */
export const kamailioTlsDir = "/etc/kamailio/tls";

const refusalsPath = "/etc/kamailio/refusals.cfg";

/** The files that Kamailio reads only when it starts. */
export const kamailioPaths = ["/etc/kamailio/kamailio.cfg", limitsPath, refusalsPath, "/etc/kamailio/dispatcher.list"];

/** Settings of the TLS listener, read again by `tls.reload`, which keeps connections. */
export const kamailioTlsPath = "/etc/kamailio/tls.cfg";

/** The key that Kamailio marks the routes of calls with; read at its start. */
const routeKeyFile = "/etc/kamailio/route-key.cfg";

/** The command after a change of its user. */
export const kamailioUserApply = userApply(kamailioUser, [`${kamailioTlsDir}/key.pem`, routeKeyFile]);

/** The agent's template for Kamailio's secret: the key is the same at every start, or existing calls could not be ended. */
export const kamailioRouteKey: AgentTemplate = {
    name: "kamailio-route-key",
    kind: "static",
    secret: "secret/data/kamailio",
    files: [
        {
            path: routeKeyFile,
            ...readBy(kamailioUser),
            contents: '#!define ROUTE_KEY "{{ .Data.data.route_key }}"',
        },
    ],
    reload: "true",
};

/** Kamailio's configuration; accounts and registrations are in PostgreSQL. */
export function kamailioFiles(view: KamailioView): GuestFile[] {
    const pbxs = view.pbxs.map((pbx, index) => ({ ...pbx, priority: view.pbxs.length - index }));
    const { edge, valkeySocket } = view;
    const plainSip = { isRefused: edge.plainSip === "refuse", isAllowed: edge.plainSip === "allow" };
    const tls = { certificate: `${kamailioTlsDir}/cert.pem`, privateKey: `${kamailioTlsDir}/key.pem` };
    return [
        {
            path: "/etc/kamailio/kamailio.cfg",
            content: render("kamailio/kamailio.cfg", {
                ...{ ...view, plainSip, routeKeyFile, limitsPath, refusalsPath },
                hasValkey: valkeySocket !== undefined,
            }),
        },
        limitsFile(edge, valkeySocket),
        { path: refusalsPath, content: render("kamailio/refusals.cfg", view) },
        { path: "/etc/kamailio/dispatcher.list", content: render("kamailio/dispatcher.list", { pbxs }) },
        { path: kamailioTlsPath, content: render("kamailio/tls.cfg", tls) },
        userFile(kamailioUser),
    ];
}
