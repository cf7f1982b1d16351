import type { Service } from "../service";

/** The access of `up` and of the operator. */
export const sshd = {
    name: "sshd",
    hosts: ["sip", "pbx", "media"],
    since: () => "1",
    run: { kind: "unit", unit: "ssh.service", package: "openssh-server" },
    configured: true,
    ports: () => [{ name: "ssh", protocol: "tcp", port: 22, sides: ["everywhere"], clients: ["core"] }],
    layers: [],
    health: { kind: "ssh" },
} as const satisfies Service;
