import type { Service } from "../service";

export const janus = {
    name: "janus",
    hosts: ["media"],
    since: () => "3",
    run: { kind: "container", image: "archive" },
    configured: false,
    ports: () => [],
    layers: [],
    health: { kind: "process" },
} as const satisfies Service;
