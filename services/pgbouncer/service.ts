import type { Service } from "../service";

/** Beside each proxy: knows the database's current password, so that the proxy need not. */
export const pgbouncer = {
    name: "pgbouncer",
    hosts: ["sip"],
    since: () => "1",
    run: { kind: "unit", unit: "pgbouncer.service", package: "pgbouncer" },
    configured: true,
    standardPorts: { pgbouncer: 6432 },
    ports: ({ ports }) => [{ name: "sql", protocol: "unix", port: ports.pgbouncer, sides: ["loopback"], clients: [] }],
    layers: [{ name: "sip", on: "valkey-link", packages: ["pgbouncer"], hook: "services/pgbouncer/image.sh" }],
    health: { kind: "process" },
} as const satisfies Service;
