import type { CoreServer, Service } from "../service";
import { clients, secretOf } from "./clients";
import { valkeyFiles, valkeyUsers } from "./files";

const accounts = clients.map(({ name }) => secretOf(name));

const core: CoreServer = {
    user: 6379,
    // maxmemory (64 MiB), and as much again while it writes its file anew
    limits: { memoryMiB: 256, processes: 256 },
    volumes: ["data"],
    configDir: "/etc/valkey",
    stopSignal: "SIGTERM",
    files: valkeyFiles,
    healthcheck: () => ["/usr/lib/voip/valkey", "health"],
    templates: valkeyUsers,
};

/** State that the proxies share, such as the number of wrong passwords. */
export const valkey = {
    name: "valkey",
    hosts: ["core"],
    since: () => "1",
    run: {
        kind: "container",
        image: {
            layer: "valkey",
            package: "valkey-server",
            entrypoint: ["/usr/lib/voip/valkey"],
            forDaemon: true,
        },
    },
    configured: true,
    standardPorts: { valkey: 6379 },
    ports: ({ ports }) => [
        { name: "tls", protocol: "tcp", port: ports.valkey, sides: ["internal"], clients: ["sip", "core"] },
    ],
    layers: [
        {
            name: "valkey",
            on: "core",
            packages: ["valkey-server", "valkey-tools", "prometheus-redis-exporter"],
            files: "services/valkey/guest",
            hook: "services/valkey/image.sh",
        },
    ],
    health: { kind: "tls", port: "tls" },
    generates: Object.fromEntries(accounts.map((secret) => [secret, ["password"]])),
    rotates: accounts,
    rights: { secrets: accounts, certificates: [], credentials: [] },
    core,
} as const satisfies Service;
