import type { Service } from "../service";

/**
 * Beside each proxy: Valkey on a local socket. It holds one TLS connection, logged in with the current password, so that a
 * proxy's many processes need neither. Its program is the agent's (agent/valkey.go).
 */
export const valkeyLink = {
    name: "valkey-link",
    hosts: ["sip"],
    since: () => "1",
    run: { kind: "unit", unit: "voip-valkey.service" },
    needsOwnCore: true,
    configured: true,
    standardPorts: { valkey: 6379 },
    ports: ({ ports }) => [{ name: "valkey", protocol: "unix", port: ports.valkey, sides: ["loopback"], clients: [] }],
    layers: [{ name: "valkey-link", on: "docker", packages: [], hook: "services/valkey-link/image.sh" }],
    health: { kind: "process" },
    rights: { secrets: ["valkey/kamailio"], certificates: [], credentials: [] },
} as const satisfies Service;
