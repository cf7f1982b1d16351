import type { Service } from "../service";

export const freeswitch = {
    name: "freeswitch",
    hosts: ["pbx"],
    since: () => "2.5",
    run: { kind: "container", image: "archive" },
    configured: false,
    standardPorts: { freeswitch: 5090 },
    ports: ({ ports }) => [
        { name: "sip", protocol: "udp", port: ports.freeswitch, sides: ["internal"], clients: ["sip"] },
    ],
    layers: [],
    health: { kind: "sip", port: "sip" },
    rights: { secrets: [], certificates: ["freeswitch-role"], credentials: ["creds/freeswitch"] },
} as const satisfies Service;
