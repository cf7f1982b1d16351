import type { AsteriskView } from "../../../services/asterisk/files";
import type { FirewallView } from "../../../services/firewall/files";
import type { KamailioView } from "../../../services/kamailio/files";
import type { PgbouncerView } from "../../../services/pgbouncer/files";
import type { RtpengineView } from "../../../services/rtpengine/files";

export const kamailio: KamailioView = {
    sipDomain: "sip.local",
    edge: {
        plainSip: "refuse",
        limits: { callsAtOnce: 10, callsPerMinute: 60, minutesPerCall: 240, minutesPerDay: 6000, costPerDay: 20 },
        accounts: {},
        forbidden: [],
        rates: [],
        allow: [],
        banMinutes: 10,
    },
    externalAddress: "10.64.0.10",
    internalAddress: "192.168.64.10",
    port: 5060,
    tlsPort: 5061,
    metricsPort: 9494,
    workers: 4,
    pbxs: [{ address: "192.168.64.30", port: 5080 }],
    media: [{ address: "192.168.64.20", port: 22222 }],
};

/** Phase 2: everything there is more than one of. */
export const kamailioOfMany: KamailioView = {
    ...kamailio,
    pbxs: [...kamailio.pbxs, { address: "192.168.64.31", port: 5080 }],
    media: [...kamailio.media, { address: "192.168.64.21", port: 22222 }, { address: "192.168.64.22", port: 22222 }],
};

/** With all that an operator may set of the edge, and proxies that count together. */
export const kamailioWithLimits: KamailioView = {
    ...kamailio,
    edge: {
        ...kamailio.edge,
        accounts: { "1004": { ...kamailio.edge.limits, callsAtOnce: 1, minutesPerDay: 1, costPerDay: 0.5 } },
        forbidden: ["00", "*1"],
        rates: [
            { prefix: "+49", perMinute: 0.03 },
            { prefix: "+", perMinute: 1.5 },
        ],
        allow: ["192.0.2.0/24", "198.51.100.7/32"],
    },
    valkeySocket: "/var/lib/voip-valkey/valkey.6379",
};

export const asterisk: AsteriskView = {
    name: "pbx-1",
    sipDomain: "sip.local",
    internalAddress: "192.168.64.30",
    port: 5080,
    tlsPort: 5081,
    proxies: [{ name: "sip-1", address: "192.168.64.10", port: 5060 }],
    rtpMin: 10000,
    rtpMax: 20000,
    ringSeconds: 15,
    postgres: { host: "192.168.64.1", port: 5432, ca: "the CA\n" },
};

export const asteriskOfMany: AsteriskView = {
    ...asterisk,
    proxies: [...asterisk.proxies, { name: "sip-2", address: "192.168.64.11", port: 5060 }],
};

export const pgbouncer: PgbouncerView = { port: 6432, postgresCa: "the CA\n" };

export const rtpengine: RtpengineView = {
    internalAddress: "192.168.64.20",
    externalAddress: "10.64.0.20",
    ports: { ng: 22222, cli: 9900, rtpMin: 10000, rtpMax: 20000 },
    table: 0,
    fallback: false,
};

const eth0 = { name: "eth0", network: "internal", prefix: 24 } as const;
const eth1 = { name: "eth1", network: "external", prefix: 24 } as const;

const vms: FirewallView["vms"] = [
    { role: "sip", address: "192.168.64.10" },
    { role: "sip", address: "192.168.64.11" },
    { role: "media", address: "192.168.64.20" },
    { role: "pbx", address: "192.168.64.30" },
];

export const mediaFirewall: FirewallView = {
    nics: [
        { ...eth0, address: "192.168.64.20" },
        { ...eth1, address: "10.64.0.20" },
    ],
    ports: [
        { name: "ng", protocol: "udp", port: 22222, sides: ["internal"], clients: ["sip"] },
        { name: "cli", protocol: "tcp", port: 9900, sides: ["loopback"], clients: [] },
        { name: "rtp", protocol: "udp", port: 10000, last: 20000, sides: ["external", "internal"], clients: ["pbx"] },
        { name: "ssh", protocol: "tcp", port: 22, sides: ["everywhere"], clients: ["core"] },
    ],
    vms,
};

export const pbxFirewall: FirewallView = {
    nics: [{ ...eth0, address: "192.168.64.30" }],
    ports: [{ name: "sip", protocol: "udp", port: 5080, sides: ["internal"], clients: ["sip"] }],
    vms,
};
