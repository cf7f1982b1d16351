import { proxyPorts, proxySince, proxyStandardPorts } from "../proxy";
import { inProbedContainer, type Service } from "../service";

export const kamailio = {
    name: "kamailio",
    hosts: ["sip"],
    since: proxySince("kamailio"),
    run: {
        kind: "container",
        image: {
            layer: "kamailio",
            package: "kamailio",
            entrypoint: ["kamailio", "-DD", "-E", "-f", "/etc/kamailio/kamailio.cfg"],
        },
    },
    configured: true,
    standardPorts: { ...proxyStandardPorts, kamailioMetrics: 9494 },
    ports: (config) => [
        ...proxyPorts("kamailio")(config),
        {
            name: "metrics",
            protocol: "tcp",
            port: config.ports.kamailioMetrics,
            sides: ["internal"],
            clients: ["core"],
        },
    ],
    layers: [
        {
            name: "kamailio",
            on: "base",
            packages: [
                "kamailio",
                "kamailio-extra-modules",
                "kamailio-json-modules",
                "kamailio-postgres-modules",
                "kamailio-presence-modules",
                "kamailio-redis-modules",
                "kamailio-sqlite-modules",
                "kamailio-tls-modules",
                "kamailio-utils-modules",
                "kamailio-websocket-modules",
            ],
        },
    ],
    health: { kind: "sip", port: "udp" },
    generates: { kamailio: ["route_key"] },
    rights: {
        secrets: ["kamailio"],
        certificates: ["kamailio-role"],
        credentials: ["static-creds/kamailio"],
    },
    status: () => [{ name: "registrations", command: inProbedContainer("kamcmd stats.get_statistics usrloc:") }],
} as const satisfies Service;
