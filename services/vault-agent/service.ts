import type { Service } from "../service";

/** Keeps certificates and credentials of a VM fresh (ADR-011); listens nowhere. Its program is agent/. */
export const vaultAgent = {
    name: "voip-agent",
    hosts: ["sip", "pbx", "media"],
    since: () => "1",
    run: { kind: "unit", unit: "voip-agent.service" },
    configured: true,
    ports: () => [],
    layers: [],
    health: { kind: "process" },
} as const satisfies Service;
