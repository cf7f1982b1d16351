import type { Service } from "../service";

/** Metrics of a VM, including the agent's metrics of secrets (prometheus-node-exporter's textfile collector). */
export const nodeExporter = {
    name: "node-exporter",
    hosts: ["sip", "pbx", "media"],
    since: () => "1",
    run: { kind: "unit", unit: "prometheus-node-exporter.service", package: "prometheus-node-exporter" },
    configured: true,
    standardPorts: { nodeExporter: 9100 },
    ports: ({ ports }) => [
        { name: "metrics", protocol: "tcp", port: ports.nodeExporter, sides: ["internal"], clients: ["core"] },
    ],
    layers: [],
    packagesOnEveryVm: ["prometheus-node-exporter"],
    health: { kind: "http", port: "metrics" },
} as const satisfies Service;
