import type { PlatformOutputs } from "../../../contract";

/** Outputs of a lab with a proxy, a PBX and two media servers, as far as commands read them. */
export const platform: PlatformOutputs = {
    phase: "1",
    sipDomain: "sip.local",
    sipOwner: "kamailio",
    vms: {
        "sip-1": {
            role: "sip",
            host: "localhost",
            libvirtUri: "qemu:///lab",
            addresses: { eth0: "192.168.64.10", eth1: "10.64.0.10" },
            services: ["kamailio", "pgbouncer"],
        },
        "pbx-1": {
            role: "pbx",
            host: "kvm-2",
            libvirtUri: "qemu+ssh://kvm-2/system",
            addresses: { eth0: "192.168.64.30" },
            services: ["asterisk"],
        },
        "media-1": {
            role: "media",
            host: "localhost",
            libvirtUri: "qemu:///lab",
            addresses: { eth0: "192.168.64.20", eth1: "10.64.0.20" },
            services: ["rtpengine"],
        },
    },
    proxies: [
        {
            name: "sip-1",
            external: "10.64.0.10",
            internal: "192.168.64.10",
            ports: { udp: 5060, tcp: 5062, tls: 5061 },
            plainSip: "allow",
        },
    ],
    pbxs: [{ name: "pbx-1", address: "192.168.64.30", port: 5080, tlsPort: 5081 }],
    mediaServers: [
        { name: "media-1", external: "10.64.0.20", internal: "192.168.64.20", ngPort: 22222, cliPort: 9900 },
        { name: "media-2", external: "10.64.0.21", internal: "192.168.64.21", ngPort: 22222, cliPort: 9901 },
    ],
    services: [
        {
            name: "kamailio",
            vm: "sip-1",
            kind: "container",
            ports: [{ name: "udp", protocol: "udp", port: 5060, sides: ["external"], clients: [] }],
        },
        { name: "asterisk", vm: "pbx-1", kind: "container", ports: [] },
        {
            name: "rtpengine",
            vm: "media-1",
            kind: "unit",
            unit: "rtpengine-daemon.service",
            ports: [{ name: "cli", protocol: "tcp", port: 9900, sides: ["loopback"], clients: [] }],
        },
        {
            name: "openbao",
            vm: "core",
            kind: "container",
            ports: [{ name: "api", protocol: "tcp", port: 8200, sides: ["internal"], clients: ["core"] }],
        },
        {
            name: "postgres",
            vm: "core",
            kind: "container",
            ports: [{ name: "sql", protocol: "tcp", port: 5432, sides: ["internal"], clients: ["core"] }],
        },
    ],
    extensions: {
        "1002": { password: "of-1002", voicemailPin: "000002" },
        "1001": { password: "of-1001", voicemailPin: "000001" },
        "1003": { password: "of-1003", voicemailPin: "000003" },
    },
    versions: { kamailio: "6.1.5-1", asterisk: "1:22.10.1+dfsg-1", rtpengine: "unknown", openbao: "2.7.2" },
    core: {
        kind: "embedded",
        vaultAddress: "https://192.168.64.1:8200",
        postgresHost: "192.168.64.1",
        postgresPort: 5432,
    },
    cdr: { license: "apache", retention: "scheduled" },
    ca: "root CA\n",
    vault: { token: "provisioning-token", caFile: "/dev/null" },
    postgres: { user: "postgres", password: "of-postgres", caFile: "/dev/null" },
    rotation: { databaseSeconds: 2_592_000, certificateSeconds: 7_776_000 },
    lab: {
        enabled: true,
        netns: "voip-dev",
        phonesNetns: "voip-dev-phones",
        phoneAddresses: ["10.64.0.101", "10.64.0.102"],
    },
    sshConfig: "/data/ssh/config",
};
