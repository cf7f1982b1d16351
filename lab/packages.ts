import * as fs from "node:fs";
import * as path from "node:path";
import { CommandError, run } from "../process/run";

/** What needs a package: the lab itself, building images, phones for calls, backups, or only the tests. */
export type Purpose = "lab" | "images" | "phones" | "backups" | "tests";

export interface HostPackage {
    /** Debian's name. */
    name: string;
    purpose: Purpose;
    /** A command, or a file with an absolute path, that shows that the package is installed: other distributions have it too. */
    provides: string;
}

const emulator =
    process.arch === "arm64"
        ? { name: "qemu-system-arm", provides: "qemu-system-aarch64" }
        : { name: "qemu-system-x86", provides: "qemu-system-x86_64" };
const multiarch = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";

/**
 * The packages that the host needs besides Node. None of these starts a service when it is installed: libvirt-daemon and its
 * driver are programs only (libvirt-daemon-system would run them on the host).
 */
export const hostPackages: HostPackage[] = [
    // without it, libvirtd 9.0 crashes when it starts where networks exist: after a kill or a reboot
    { name: "dnsmasq-base", purpose: "lab", provides: "dnsmasq" },
    { name: "iproute2", purpose: "lab", provides: "ip" },
    { name: "libvirt-clients", purpose: "lab", provides: "virsh" },
    { name: "libvirt-daemon", purpose: "lab", provides: "libvirtd" },
    {
        name: "libvirt-daemon-driver-qemu",
        purpose: "lab",
        provides: `/usr/lib/${multiarch}/libvirt/connection-driver/libvirt_driver_qemu.so`,
    },
    { name: "openssl", purpose: "lab", provides: "openssl" },
    { name: "openssh-client", purpose: "lab", provides: "ssh" },
    { ...emulator, purpose: "lab" },
    { name: "qemu-utils", purpose: "lab", provides: "qemu-img" },
    { name: "tini", purpose: "lab", provides: "tini" },
    { name: "e2fsprogs", purpose: "images", provides: "mke2fs" },
    { name: "mmdebstrap", purpose: "images", provides: "mmdebstrap" },
    { name: "python3-pip", purpose: "images", provides: "pip3" },
    { name: "baresip-core", purpose: "phones", provides: "baresip" },
    { name: "age", purpose: "backups", provides: "age" },
    { name: "curl", purpose: "tests", provides: "curl" },
    { name: "procps", purpose: "tests", provides: "ps" },
    { name: "sip-tester", purpose: "tests", provides: "sipp" },
    { name: "systemd", purpose: "tests", provides: "systemd-analyze" },
    { name: "tcpdump", purpose: "tests", provides: "tcpdump" },
];

/** Names of missing packages, for one purpose or for all but the tests. */
export function missingPackages(purpose?: Purpose): string[] {
    return hostPackages
        .filter((entry) => (purpose ? entry.purpose === purpose : entry.purpose !== "tests"))
        .filter(({ provides }) => !isThere(provides))
        .map(({ name }) => name);
}

function isThere(provides: string): boolean {
    if (path.isAbsolute(provides)) return fs.existsSync(provides);
    const places = [...(process.env.PATH ?? "").split(":"), "/usr/local/sbin", "/usr/sbin", "/sbin"];
    return places.some((place) => fs.existsSync(path.join(place, provides)));
}

/** Whether `installPackages` works here without a question: as root, on Debian or a derivative. */
export function canInstallPackages(): boolean {
    return process.getuid?.() === 0 && isThere("apt-get");
}

/**
 * Installs Debian packages without recommended ones; package lists are fetched if the present ones are insufficient.
 * @throws CommandError with the end of apt-get's output.
 */
export async function installPackages(names: string[], onLine?: (line: string) => void): Promise<void> {
    const apt = (...args: string[]) =>
        run(["apt-get", "-q", ...args], { onLine, env: { DEBIAN_FRONTEND: "noninteractive" } });
    const install = () => apt("install", "--yes", "--no-install-recommends", ...names);
    try {
        await install();
    } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        await apt("update");
        await install();
    }
}
