import { proxyPorts, proxySince, proxyStandardPorts } from "../proxy";
import type { Service } from "../service";

export const opensips = {
    name: "opensips",
    hosts: ["sip"],
    since: proxySince("opensips"),
    run: { kind: "container", image: "archive" },
    configured: false,
    standardPorts: proxyStandardPorts,
    ports: proxyPorts("opensips"),
    layers: [],
    health: { kind: "sip", port: "udp" },
    rights: {
        secrets: [],
        certificates: ["opensips-role"],
        credentials: ["static-creds/opensips"],
    },
} as const satisfies Service;
