import type { Service } from "../service";

export const postgres = {
    name: "postgres",
    hosts: ["core"],
    since: () => "1",
    run: {
        kind: "container",
        image: {
            layer: "postgres",
            package: "postgresql-18",
            entrypoint: ["/usr/lib/voip/postgres"],
            forDaemon: true,
        },
    },
    configured: true,
    standardPorts: { postgres: 5432 },
    ports: ({ ports }) => [
        { name: "sql", protocol: "tcp", port: ports.postgres, sides: ["internal"], clients: ["sip", "pbx", "core"] },
    ],
    layers: [
        {
            name: "postgres",
            on: "core",
            packages: ["postgresql-18", "postgresql-18-timescaledb"],
            files: "services/postgres/guest",
            hook: "services/postgres/image.sh",
        },
    ],
    health: { kind: "tls", port: "sql", protocol: "postgres" },
} as const satisfies Service;
