import { render } from "../../configs/render";
import type { AgentSide, CorePlace, CoreServer, Service } from "../service";
import { secretOf } from "./clients";

const client = "exporter";
const secret = secretOf(client);
type Place = Omit<CorePlace, "secrets">;

/** The address of Valkey. */
const server = ({ address, port }: Place): string => `${address}:${port("tls", "valkey")}`;

/** The password by user and server, in the exporter's format (redis_exporter, README, "redis.password-file"). */
const passwords = (at: Place, password: string): string => `{ "rediss://${client}@${server(at)}": "${password}" }\n`;

const core: CoreServer = {
    user: 9121,
    limits: { memoryMiB: 128, processes: 256 },
    volumes: [],
    configDir: "/etc/valkey-exporter",
    stopSignal: "SIGTERM",
    files: (at) => ({
        settings: render("valkey/exporter-settings", {
            server: server(at),
            user: client,
            address: at.address,
            port: at.port("metrics"),
        }),
        "passwords.json": passwords(at, at.secrets[secret]?.password ?? ""),
    }),
    healthcheck: () => ["/usr/lib/voip/valkey-exporter", "health"],
    templates: ({ dir, user, reload }: AgentSide, at) => [
        {
            name: "valkey-exporter-password",
            kind: "static",
            secret: `secret/data/${secret}`,
            files: [
                {
                    path: `${dir}/passwords.json`,
                    mode: "0600",
                    owner: `${user}:${user}`,
                    contents: passwords(at, "{{ .Data.data.password }}"),
                },
            ],
            reload,
        },
    ],
};

/** Metrics of Valkey (prometheus-redis-exporter). */
export const valkeyExporter = {
    name: "valkey-exporter",
    hosts: ["core"],
    since: () => "1",
    run: {
        kind: "container",
        image: {
            layer: "valkey",
            package: "prometheus-redis-exporter",
            entrypoint: ["/usr/lib/voip/valkey-exporter"],
            forDaemon: true,
        },
    },
    configured: true,
    standardPorts: { valkeyExporter: 9121 },
    ports: ({ ports }) => [
        { name: "metrics", protocol: "tcp", port: ports.valkeyExporter, sides: ["internal"], clients: ["core"] },
    ],
    layers: [],
    health: { kind: "http", port: "metrics" },
    rights: { secrets: [secret], certificates: [], credentials: [] },
    core,
} as const satisfies Service;
