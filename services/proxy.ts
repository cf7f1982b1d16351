import type { Phase, Proxy } from "../config/types";
import type { Port, PortConfig } from "./service";

/** ADR-003: the owner of port 5060 first, the other proxy in a later phase. */
export const proxySince =
    (proxy: Proxy) =>
    ({ sipOwner }: Pick<PortConfig, "sipOwner">): Phase =>
        proxy === sipOwner ? "1" : "1.5";

export const proxyStandardPorts = { sip: 5060, sipTls: 5061, otherSip: 5070, otherSipTls: 5071 } as const;

/** SIP by UDP and TCP on both networks, inside for PBXs only; by TLS outside. */
export const proxyPorts =
    (proxy: Proxy) =>
    ({ ports, sipOwner }: PortConfig): Port[] => {
        const [sip, tls] = proxy === sipOwner ? [ports.sip, ports.sipTls] : [ports.otherSip, ports.otherSipTls];
        return [
            { name: "udp", protocol: "udp", port: sip, sides: ["external", "internal"], clients: ["pbx"] },
            { name: "tcp", protocol: "tcp", port: sip, sides: ["external", "internal"], clients: ["pbx"] },
            { name: "tls", protocol: "tcp", port: tls, sides: ["external"], clients: [] },
        ];
    };
