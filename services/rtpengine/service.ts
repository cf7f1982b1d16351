import { mediaPorts } from "../media-ports";
import type { Port, Service } from "../service";
import { totalsCommand } from "./totals";

const cliPort = (ports: readonly Port[]): number => ports.find(({ name }) => name === "cli")!.port;

export const rtpengine = {
    name: "rtpengine",
    hosts: ["media"],
    since: () => "1",
    run: { kind: "unit", unit: "rtpengine-daemon.service", package: "rtpengine-daemon" },
    configured: true,
    standardPorts: { ng: 22222, ngCli: 9900, ...mediaPorts },
    ports: ({ ports }) => [
        { name: "ng", protocol: "udp", port: ports.ng, sides: ["internal"], clients: ["sip"] },
        { name: "cli", protocol: "tcp", port: ports.ngCli, sides: ["loopback"], clients: [] },
        {
            name: "rtp",
            protocol: "udp",
            port: ports.rtpMin,
            last: ports.rtpMax,
            sides: ["external", "internal"],
            clients: ["pbx"],
        },
    ],
    layers: [
        {
            name: "media",
            on: "vm",
            packages: ["rtpengine-daemon", "rtpengine-utils", "rtpengine-kernel-dkms", "linux-headers-cloud-amd64"],
            hook: "services/rtpengine/image.sh",
        },
    ],
    module: { modules: ["nft_rtpengine", "xt_RTPENGINE"], procPath: "/proc/rtpengine" },
    health: { kind: "ng", port: "ng" },
    generates: { rtpengine: ["control_secret"] },
    rights: { secrets: ["rtpengine"], certificates: [], credentials: [] },
    status: ({ ports }) => [
        { name: "module", command: "grep -oE '^(nft_rtpengine|xt_RTPENGINE)' /proc/modules || true" },
        { name: "table", command: "sudo cat /proc/rtpengine/list 2>/dev/null || true" },
        { name: "totals", command: totalsCommand(cliPort(ports)) },
    ],
} as const satisfies Service;
