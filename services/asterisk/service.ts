import { mediaPorts } from "../media-ports";
import { inProbedContainer, type Service } from "../service";

export const asterisk = {
    name: "asterisk",
    hosts: ["pbx"],
    since: () => "1",
    run: {
        kind: "container",
        image: {
            layer: "asterisk",
            package: "asterisk",
            entrypoint: ["asterisk", "-f", "-n", "-C", "/etc/asterisk/asterisk.conf"],
        },
    },
    configured: true,
    standardPorts: { asterisk: 5080, asteriskTls: 5081, ...mediaPorts },
    ports: ({ ports }) => [
        { name: "sip", protocol: "udp", port: ports.asterisk, sides: ["internal"], clients: ["sip"] },
        { name: "tls", protocol: "tcp", port: ports.asteriskTls, sides: ["internal"], clients: ["sip"] },
        {
            name: "rtp",
            protocol: "udp",
            port: ports.rtpMin,
            last: ports.rtpMax,
            sides: ["internal"],
            clients: ["media"],
        },
    ],
    layers: [
        {
            name: "asterisk",
            on: "base",
            packages: ["asterisk", "asterisk-core-sounds-en-wav", "asterisk-moh-opsound-wav", "odbc-postgresql"],
        },
    ],
    health: { kind: "sip", port: "sip" },
    rights: { secrets: [], certificates: ["asterisk-role"], credentials: ["creds/asterisk"] },
    status: () => [{ name: "calls", command: inProbedContainer(`asterisk -rx 'core show channels count'`) }],
} as const satisfies Service;
