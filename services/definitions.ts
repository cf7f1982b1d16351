import type { BuiltProgram, ContainerDefinition, Definitions, ImageDefinition, Layer } from "./image";
import { services } from "./registry";
import type { HostKind, Service } from "./service";

/** Debian's package of the guests' kernel, for virtual hardware only. */
const kernel = "linux-image-cloud-amd64";

/** The agent of every host (agent/). */
const agent: BuiltProgram = { layer: "agent", path: "/usr/local/sbin/voip-agent" };

/** The layers of the hosts themselves, below those of their services. */
const hostLayers: Layer[] = [
    { name: "base", packages: ["ca-certificates"] },
    { name: "go", on: "base", packages: ["golang-go"] },
    { name: "agent", on: "go", packages: [], source: "agent", hook: "images/hooks/agent.sh" },
    {
        name: "vm",
        on: "base",
        packages: [
            kernel,
            "tiny-initramfs",
            "systemd",
            "systemd-sysv",
            "udev",
            "dbus",
            "libnss-myhostname",
            "openssh-server",
            "sudo",
            "kmod",
            "iproute2",
            "nftables",
            "procps",
            "curl", // asks Docker's socket for `./voip status`
            ...services.flatMap((service) => service.packagesOnEveryVm ?? []),
            "zstd", // unpacks the kernel when an image is built
        ],
        programs: [agent],
        files: "images/guest/vm",
        hook: "images/hooks/vm.sh",
    },
    {
        name: "docker",
        on: "vm",
        packages: ["docker.io", "docker-cli"],
        files: "images/guest/docker",
        hook: "images/hooks/docker.sh",
    },
    { name: "daemon", on: "base", packages: ["docker.io", "docker-cli"], files: "images/guest/daemon" },
    { name: "core", on: "base", packages: ["openssl"], programs: [agent], files: "images/guest/core" },
];

/** Packages whose versions an image records: those of the host, and of its services that run from the host's own packages. */
function versions(kind: HostKind, ofHost: Record<string, string>): Record<string, string> {
    const isOwn = ({ hosts, layers }: Service): boolean => hosts.includes(kind) && layers.length > 0;
    const units = services
        .filter(isOwn)
        .flatMap(({ name, run }) => (run.kind === "unit" && run.package ? [[name, run.package] as const] : []));
    return { ...ofHost, ...Object.fromEntries(units) };
}

/** The kernel module that a kind's services need. */
const moduleOf = (kind: HostKind) => services.find(({ hosts, module }) => module && hosts.includes(kind))?.module;

const images: Record<HostKind, ImageDefinition> = {
    sip: { layer: "sip", docker: true, versions: versions("sip", { kernel, docker: "docker.io" }) },
    pbx: { layer: "docker", docker: true, versions: versions("pbx", { kernel, docker: "docker.io" }) },
    media: { layer: "media", docker: false, versions: versions("media", { kernel }), module: moduleOf("media") },
    core: { layer: "daemon", docker: true, forDaemon: true, versions: {} },
};

const containers = services.flatMap(({ name, run }): [string, ContainerDefinition][] =>
    run.kind === "container" && run.image !== "archive" ? [[name, run.image]] : [],
);

/** All images, from the definitions of the services. */
export const definitions: Definitions = {
    layers: [...hostLayers, ...services.flatMap(({ layers }) => layers)],
    containers: Object.fromEntries(containers),
    images,
};
